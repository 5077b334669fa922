//! The Lambda function `wake`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    wake::run().await
}
