//! Sample names and texts for the generated inboxes.

/// Names, in several scripts.
pub(crate) const NAMES: &[&str] = &[
    "Dana",
    "Marco",
    "Zoë",
    "Óscar",
    "Ивана",
    "Сергей",
    "さくら",
    "健太",
    "ليلى",
    "यश",
    "小雨",
    "Θεός",
    "Jean-Luc",
    "O'Brien",
    "Nguyễn",
    "สมชาย",
];

/// Message texts, with HTML, entities, emoji and line breaks, in several scripts.
pub(crate) const TEXTS: &[&str] = &[
    "<p>Good morning! 🌞 Is the new set out yet?</p>",
    "<p>Happy birthday!! 🎂🎉<br />Hope you have a wonderful day, you deserve it &lt;3</p>",
    "thanks so much for the reply 🥰",
    "<p>Hola guapa, ¿cuándo es el próximo directo? 🔥🔥</p>",
    "<p>Привет! Спасибо за вчерашний эфир, было очень круто 👏</p>",
    "<p>こんにちは！新しい写真、とても素敵でした ✨<br />また明日ね</p>",
    "<p>مرحبا، متى البث القادم؟ 🌹</p>",
    "<p>नमस्ते, आपका नया वीडियो बहुत अच्छा लगा 🙏</p>",
    "<p>早安，今天的照片太美了 😍</p>",
    "<p>Do you ship the signed prints to Canada &amp; the US? I&#39;d love two of them.</p>",
    "<p>Check <a href=\"https://example.com/tour?ref=chat&amp;id=7\">the tour dates</a>, <b>Berlin</b> is on!</p>",
    "<p>สวัสดีครับ ชอบรูปใหม่มาก 👍</p>",
    "👨‍👩‍👧‍👦 family first! see you on Monday",
    "<p>Just renewed for another year 💙 &quot;best decision ever&quot;</p>",
    "<p>First line<br />second line<br /><br />and a last one after a break</p>",
    "<p>Χρόνια πολλά! Πότε έρχεσαι στην Αθήνα;</p>",
    "ok",
    "",
    "<p>I sent you a long letter about how I found your page: a friend told me of it at work, I looked \
     once, then again, and a year later I am still here every single morning before coffee ☕. Thank \
     you for all the work that you put into this, it shows, and it makes a difference to people.</p>",
    "<p>🎁 A little something for you, hope that it makes your day</p>",
];

/// Reasons why a message can or can't be purchased.
pub(crate) const PURCHASE_REASONS: &[&str] = &["opened", "not_free", "purchased"];
