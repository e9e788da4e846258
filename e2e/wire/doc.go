// Package wire holds the end-to-end test of what runs on AWS: the Lambdas' handlers over DynamoDB, its stream, SNS and SQS,
// spoken to over the wire. Only Lambda itself and its triggers are played by the test.
package wire
