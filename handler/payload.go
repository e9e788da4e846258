package handler

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/token"
)

// Request is an HTTP API's request as it comes to a Lambda. AWS hands on all claims of a token as texts; what stands in for
// it may hand on numbers and lists, which are made the texts that AWS would make of them.
type Request struct{ events.APIGatewayV2HTTPRequest }

const claimsAt = "requestContext.authorizer.jwt.claims"

// UnmarshalJSON implements [json.Unmarshaler].
func (r *Request) UnmarshalJSON(text []byte) error {
	err := json.Unmarshal(text, &r.APIGatewayV2HTTPRequest)
	var odd *json.UnmarshalTypeError
	if !errors.As(err, &odd) || !strings.HasPrefix(odd.Field, claimsAt) {
		return err
	}
	var request struct {
		Context struct {
			Authorizer struct {
				JWT struct {
					Claims map[string]jsontext.Value `json:"claims"`
				} `json:"jwt"`
			} `json:"authorizer"`
		} `json:"requestContext"`
	}
	if err := es.Decode(text, &request); err != nil {
		return fmt.Errorf("read the claims of a request: %w", err)
	}
	r.RequestContext.Authorizer.JWT.Claims = token.Texts(request.Context.Authorizer.JWT.Claims)
	return nil
}
