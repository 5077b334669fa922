//! The Lambda function `resolve`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    resolve::run().await
}
