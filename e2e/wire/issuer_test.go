package wire

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/golang-jwt/jwt/v5"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/internal/issuer"
)

// TestTheBinariesOfAnotherIssuer tells functions of somebody else's tokens: they have no key of ours to fall back to.
func TestTheBinariesOfAnotherIssuer(t *testing.T) {
	i := issuer.Start(t)
	a := provision(t, "websocket/connect", "command/create-user")
	a.told[setting.Issuer], a.told[setting.Audience], a.told[setting.RolesClaim] = i.URL, "app", "cognito:groups"
	a.told[setting.SigningKey] = ""
	groups := map[string]any{"cognito:groups": []string{"write"}}

	connect := a.deploy("websocket/connect") // warm: it has the keys of before when others come
	opens := func(raw string) int {
		t.Helper()
		var response events.APIGatewayProxyResponse
		request := events.APIGatewayWebsocketProxyRequest{Headers: map[string]string{"Authorization": "Bearer " + raw}}
		request.RequestContext.EventType, request.RequestContext.ConnectionID = "CONNECT", "c1"
		connect.invoke(request, &response)
		return response.StatusCode
	}
	good := i.Sign(i.Claims("auth0|ada", "app", groups))
	if status := opens(good); status != http.StatusOK {
		t.Fatalf("a token of the issuer: %d", status)
	}
	i.Rotate()
	private, id := i.Key()
	for name, raw := range map[string]string{
		"a key that nobody has": issuer.Signed(t, jwt.SigningMethodRS256, "nobody's", private, i.Claims("ada", "app", groups)),
		"another app's":         i.Sign(i.Claims("ada", "other", groups)),
		"a secret of ours":      issuer.Signed(t, jwt.SigningMethodHS256, id, []byte("app"), i.Claims("ada", "app", groups)),
	} {
		if status := opens(raw); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, status)
		}
	}
	if n := i.Asked(); n > 2 {
		t.Errorf("the issuer was asked %d times", n)
	}

	// What API Gateway hands on of such a token, and what a stand-in of it may.
	for _, claims := range []string{
		`{"sub":"auth0|ada","cognito:groups":"[write]","exp":"1583352200"}`, `{"sub":"auth0|bob","cognito:groups":["write"],"exp":1583352200}`,
	} {
		var response events.APIGatewayV2HTTPResponse
		request := `{"version":"2.0","headers":{"content-type":"application/json"},"body":"{\"name\":\"Ada\"}",
			"requestContext":{"authorizer":{"jwt":{"claims":` + claims + `,"scopes":null}}}}`
		a.deploy("command/create-user").invoke(json.RawMessage(request), &response)
		if response.StatusCode != http.StatusCreated {
			t.Errorf("%s: %d %s", claims, response.StatusCode, response.Body)
		}
	}
}
