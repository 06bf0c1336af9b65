//! A request of a client that writes it itself.

/// A request; its body goes out as it is.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

/// The body of a query.
pub(crate) fn sql(sql: &str) -> Vec<u8> {
    serde_json::json!({"sql": sql}).to_string().into_bytes()
}

impl Request<'_> {
    pub(crate) fn get(path: &str) -> Request<'_> {
        Request { method: "GET", path, headers: &[], body: &[] }
    }

    /// `POST /query` of this JSON, answered as JSON.
    pub(crate) fn query(body: &[u8]) -> Request<'_> {
        let headers = &[("content-type", "application/json"), ("accept", "application/json")];
        Request { method: "POST", path: "/query", headers, body }
    }

    /// Its head, to which the body is added.
    pub(crate) fn head(&self, host: &str) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", self.method, self.path);
        for (name, value) in self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", self.body.len()));
        head
    }
}
