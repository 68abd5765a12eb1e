//! GET requests for paths that have no generated operation.

use progenitor_client::{ClientHooks, Error, OperationInfo};
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Request, Response, Url};

use crate::Client;

impl Client {
    /// Sends a GET request to a path of the API, which begins with `/` and is sent as given.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no response, or if its status isn't 2xx.
    pub async fn get(&self, path: &str, query: &[(String, String)]) -> Result<Response, Error<()>> {
        let mut url = Url::parse(&format!("{}{path}", self.baseurl))
            .map_err(|error| Error::InvalidRequest(format!("the path is invalid: {error}")))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = Request::new(Method::GET, url);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        let info = OperationInfo { operation_id: "get" };
        self.pre(&mut request, &info).await?;
        let response = self.exec(request, &info).await?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(Error::UnexpectedResponse(response)),
        }
    }
}
