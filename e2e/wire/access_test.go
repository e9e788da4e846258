package wire

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// access is an action of IAM on a resource, by the name or ARN that a call has for it.
type access struct{ action, resource string }

// Where functions reach what no emulator has.
const (
	pushed   = "/@connections/"
	searched = "/search/"
)

// accessesOf are what IAM checks for a call, by the protocols that AWS documents for these services.
func accessesOf(r *http.Request, body []byte) ([]access, error) {
	service, operation, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case isJSON:
		return accessesOfJSON(service, operation, body)
	case strings.Contains(r.Header.Get("Authorization"), "/s3/aws4_request"):
		parts := strings.SplitN(r.URL.Path, "/", 4) // "", bucket, folder, name
		if len(parts) < 4 || r.Method != http.MethodPut && r.Method != http.MethodGet {
			return nil, fmt.Errorf("%s %s is no call that the stacks grant", r.Method, r.URL)
		}
		action := map[string]string{http.MethodPut: "s3:PutObject", http.MethodGet: "s3:GetObject"}[r.Method]
		return []access{{action, parts[1] + "/" + parts[2] + "/*"}}, nil
	case strings.HasPrefix(r.URL.Path, "/schedules/") && r.Method == http.MethodPost:
		var in struct {
			GroupName string
			Target    struct{ RoleArn string }
		}
		err := json.Unmarshal(body, &in)
		return []access{{"scheduler:CreateSchedule", in.GroupName}, {"iam:PassRole", in.Target.RoleArn}}, err
	case strings.HasPrefix(r.URL.Path, "/schedules/") && r.Method == http.MethodGet:
		return []access{{"scheduler:GetSchedule", r.URL.Query().Get("groupName")}}, nil
	case r.URL.Path == "/schedules" && r.Method == http.MethodGet:
		return []access{{"scheduler:ListSchedules", "arn:Partition:scheduler:Region:AccountId:schedule/*/*"}}, nil
	case r.URL.Path == "/v2/email/outbound-emails":
		var in struct{ FromEmailAddress string }
		err := json.Unmarshal(body, &in)
		return []access{{"ses:SendEmail", in.FromEmailAddress}}, err
	case strings.HasPrefix(r.URL.Path, pushed) && r.Method == http.MethodPost:
		return []access{{"execute-api:ManageConnections", "arn:Partition:execute-api:Region:AccountId:websocket/live/POST/@connections/*"}}, nil
	case strings.HasPrefix(r.URL.Path, searched) && r.Method == http.MethodPut:
		return []access{{"es:ESHttpPut", "foldstream-dev.Arn/*"}}, nil
	case strings.HasPrefix(r.URL.Path, searched) && r.Method == http.MethodDelete:
		return []access{{"es:ESHttpDelete", "foldstream-dev.Arn/*"}}, nil
	case strings.HasPrefix(r.URL.Path, searched) && strings.HasSuffix(r.URL.Path, "/_search") && r.Method == http.MethodPost:
		return []access{{"es:ESHttpPost", "foldstream-dev.Arn/*/_search"}}, nil
	}
	form, err := url.ParseQuery(string(body))
	switch action := strings.TrimSuffix(form.Get("Action"), "Batch"); {
	case err != nil:
		return nil, err
	case form.Get("PhoneNumber") != "":
		return []access{{"sns:" + action, "all but arn:Partition:sns:*:*:*"}}, nil
	case form.Get("TopicArn") != "":
		return []access{{"sns:" + action, form.Get("TopicArn")}}, nil
	default:
		return nil, fmt.Errorf("%s %s is no call that the stacks grant: %s", r.Method, r.URL, body)
	}
}

func accessesOfJSON(service, operation string, body []byte) ([]access, error) {
	var in struct {
		TableName, QueueUrl, QueueName, KeyId, SecretId string
		RequestItems                                    map[string]any
		TransactItems                                   []map[string]struct{ TableName string }
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	switch service {
	case "AmazonSQS": // a batch is allowed by the action for one
		return []access{{"sqs:" + strings.TrimSuffix(operation, "Batch"), cmp.Or(in.QueueUrl, in.QueueName)}}, nil
	case "TrentService":
		return []access{{"kms:" + operation, in.KeyId}}, nil
	case "secretsmanager":
		return []access{{"secretsmanager:" + operation, in.SecretId}}, nil
	case "DynamoDB_20120810":
	default:
		return nil, fmt.Errorf("nobody knows the service %s", service)
	}
	var all []access
	for table := range in.RequestItems {
		all = append(all, access{"dynamodb:" + operation, table})
	}
	for _, item := range in.TransactItems { // a transaction is allowed by what is in it
		for verb, on := range item {
			all = append(all, access{transacted[verb], on.TableName})
		}
	}
	if len(all) == 0 {
		all = append(all, access{"dynamodb:" + operation, in.TableName})
	}
	return all, nil
}

// transacted are the actions for the parts of transactions.
var transacted = map[string]string{
	"Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem", "Delete": "dynamodb:DeleteItem", "Get": "dynamodb:GetItem",
	"ConditionCheck": "dynamodb:ConditionCheckItem",
}
