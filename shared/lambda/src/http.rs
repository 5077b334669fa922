//! HTTP requests by way of API Gateway (payload format 2.0).

use aws::Aws;
use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

use crate::{boxed, metrics};

/// A request, as far as our functions look at it.
pub struct Request {
    event: ApiGatewayV2httpRequest,
    /// The raw body: what was signed.
    pub body: Vec<u8>,
}

impl Request {
    /// Returns the method, in capitals.
    pub fn method(&self) -> &str {
        self.event.request_context.http.method.as_str()
    }

    /// Returns a part of the path that the route names; empty where it has none of the name.
    pub fn parameter(&self, name: &str) -> &str {
        let value = self.event.path_parameters.get(name);
        value.map(String::as_str).unwrap_or_default()
    }

    /// Returns a header, whatever case its name is written in; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        let value = self.event.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// What a request says is personal data, and what signs it is nobody's business.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Request(…)")
    }
}

/// An answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: String,
}

/// Serves requests.
///
/// # Errors
///
/// Fails where the Runtime API is gone.
pub async fn serve_http<F>(aws: &Aws, handle: F) -> Result<(), Error>
where
    F: AsyncFn(Request) -> Response,
{
    let handle = &handle;
    run(service_fn(
        async |event: LambdaEvent<ApiGatewayV2httpRequest>| {
            let response = boxed(handle(request(event.payload))).await;
            metrics::emit(aws);
            answer(response)
        },
    ))
    .await
}

fn request(mut event: ApiGatewayV2httpRequest) -> Request {
    let text = event.body.take().unwrap_or_default();
    let body = if event.is_base64_encoded {
        // What is not base64 cannot have come from API Gateway; no signature will hold over it.
        STANDARD.decode(&text).unwrap_or_default()
    } else {
        text.into_bytes()
    };
    Request { event, body }
}

fn answer(response: Response) -> Result<ApiGatewayV2httpResponse, Error> {
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(response.status);
    for (name, value) in response.headers {
        answer.headers.insert(name, value.parse()?);
    }
    answer.body = Some(response.body.into());
    Ok(answer)
}
