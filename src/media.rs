//! Helper methods that choose a file of a media item.

use std::fmt;

use crate::types::Media;

/// A link to a file of a media item: one of its files, a version of a file, or a video source.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaLink<'a> {
    /// The URL of the file. It gives access to the file, so keep it out of logs.
    pub url: &'a str,
    /// The width, in pixels, if known.
    pub width: Option<u64>,
    /// The height, in pixels, if known.
    pub height: Option<u64>,
    /// The size, in bytes, if known.
    pub size: Option<u64>,
}

impl MediaLink<'_> {
    /// Parses the URL; returns `None` if it is malformed.
    pub fn uri(&self) -> Option<http::Uri> {
        self.url.parse().ok()
    }

    /// Returns the number of pixels, if the width and height are known.
    pub fn pixels(&self) -> Option<u64> {
        self.width?.checked_mul(self.height?)
    }
}

/// Shows the dimensions and the size, but not the URL.
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
    /// Returns the file with the most pixels among the full-size file, its versions, and the video
    /// sources, which are 720 and 240 pixels high. The full-size file is preferred unless another
    /// file is known to be larger.
    ///
    /// Returns `None` if the API lists no file, as with media that the account can't view.
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
        // If two sizes are equal or can't be compared, the first file wins.
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

    /// Returns a small image: the thumbnail, or else the square preview, or else the preview.
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
    MediaLink { url, width: positive(width), height: positive(height), size: positive(size) }
}
