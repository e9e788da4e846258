package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/foldstream/foldstream/token"
)

// places says where the things that all share are, as environments and policies name them.
type places struct {
	tables            map[string]table // by the setting that tells a function the table's name
	topic             string           // ARN
	dataKey           string           // ARN of the key for all that is stored; empty for the keys of AWS
	subjectKey        string           // ARN of the key that those of subjects are wrapped by; empty for an app without any
	signingKey        string           // ARN; empty when somebody else issues the tokens
	provider          token.Provider   // of the tokens: somebody else, or our own authority
	mainAPI           string           // id
	socketURL         string           // that clients connect to
	socketID          string           // of the WebSocket API
	socketEndpoint    string           // URL that functions push at
	socketConnections string           // ARN of all connections of the WebSocket API's stage
	pager             string           // ARN of the topic that alarms go to
	secret            string           // ARN; empty for an app that needs none
	inbox             errandQueue      // nowhere for an app without single writers
	timers            errandQueue      // nowhere for an app without timers
	upkeep            errandQueue      // of jobs
	schedules         schedules        // of the timers
	search            searchDomain     // nowhere unless it was asked for
	archive           archive          // nowhere unless it was asked for
}

// arn is the ARN of a resource of this account and region.
func arn(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", *awscdk.Aws_PARTITION(), service, *awscdk.Aws_REGION(), *awscdk.Aws_ACCOUNT_ID(), resource)
}

// identities are the ARNs that SES may check a mail against: its sender's address, or the whole domain, whichever has been
// verified.
func identities(sender string) []string {
	_, domain, _ := strings.Cut(sender, "@")
	return []string{arn("ses", "identity/"+sender), arn("ses", "identity/"+domain)}
}
