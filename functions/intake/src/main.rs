//! The Lambda function `intake`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    intake::run().await
}
