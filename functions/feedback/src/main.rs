//! The Lambda function `feedback`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    feedback::run().await
}
