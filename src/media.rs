//! Helper methods on media: which of its files to take.

use std::fmt;

use crate::types::Media;

/// A file of a media, wherever the API lists it: among the files, their versions, or the
/// sources of a video.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaLink<'a> {
    /// Where the file is. Whoever has the URL can see the file: keep it out of logs.
    pub url: &'a str,
    /// The width, in pixels, where the API says it.
    pub width: Option<u64>,
    /// The height, in pixels, where the API says it.
    pub height: Option<u64>,
    /// The size, in bytes, where the API says it.
    pub size: Option<u64>,
}

impl MediaLink<'_> {
    /// The URL as a type of its own; `None` where it is none.
    pub fn uri(&self) -> Option<http::Uri> {
        self.url.parse().ok()
    }

    /// The number of pixels, where the API says width and height.
    pub fn pixels(&self) -> Option<u64> {
        self.width?.checked_mul(self.height?)
    }
}

/// Shows the sizes, and not the URL.
impl fmt::Debug for MediaLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaLink")
            .field("width", &self.width)
            .field("height", &self.height)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Media {
    /// The file with the most pixels: of the full file, its versions, and the sources of a video,
    /// which are 720 and 240 pixels high. The full file is taken where none is known to have more.
    ///
    /// `None` where the API lists no file, as of media that the account cannot view.
    pub fn best_source(&self) -> Option<MediaLink<'_>> {
        let full = self.files.as_ref().map(|files| &files.full);
        let whole = full.map(|full| link(&full.url, full.width, full.height, full.size));
        let versions = full.into_iter().flat_map(|full| &full.sources);
        let versions = versions.map(|source| link(&source.url, source.width, source.height, None));
        let video = self.video_sources.iter().flat_map(|sources| {
            [(&sources.x720, 720), (&sources.x240, 240)]
                .into_iter()
                .filter_map(|(url, height)| Some(link(url.as_deref()?, None, Some(height), None)))
        });
        // The first of the largest; of two sizes that cannot be compared, the first.
        let candidates = whole.into_iter().chain(versions).chain(video);
        let candidates = candidates.filter(|link| !link.url.is_empty());
        candidates.reduce(|best, other| {
            let larger = match (best.pixels(), other.pixels()) {
                (Some(best), Some(other)) => other > best,
                _ => other.height > best.height && best.height.is_some(),
            };
            if larger { other } else { best }
        })
    }

    /// A small image of it: the thumbnail, or else the square preview, or else the preview.
    pub fn thumbnail(&self) -> Option<MediaLink<'_>> {
        let files = self.files.as_ref()?;
        let images = [&files.thumb, &files.square_preview].into_iter().flatten();
        let images = images.map(|file| link(&file.url, file.width, file.height, file.size));
        let preview = files.preview.iter();
        let preview = preview.map(|file| link(&file.url, file.width, file.height, file.size));
        images.chain(preview).find(|link| !link.url.is_empty())
    }
}

fn link(url: &str, width: Option<i64>, height: Option<i64>, size: Option<i64>) -> MediaLink<'_> {
    let positive = |number: Option<i64>| number.and_then(|number| number.try_into().ok());
    MediaLink {
        url,
        width: positive(width),
        height: positive(height),
        size: positive(size),
    }
}
