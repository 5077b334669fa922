//! The Lambda function `advance`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    advance::run().await
}
