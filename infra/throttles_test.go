package main

import "testing"

// Every route has a throttle: its stage's default, which holds for each route on its own, or its own. Whoever is not known
// gets less than those who are.
func TestNoRouteIsWithoutAThrottle(t *testing.T) {
	type limit struct{ rate, burst float64 }
	defaults, own := map[string]limit{}, map[string]map[string]any{}
	for _, r := range dev.all("AWS::ApiGatewayV2::Stage") {
		api := r.text("ApiId")
		defaults[api] = limit{r.number("DefaultRouteSettings.ThrottlingRateLimit"), r.number("DefaultRouteSettings.ThrottlingBurstLimit")}
		own[api], _ = r.Properties["RouteSettings"].(map[string]any)
	}
	routes := dev.all("AWS::ApiGatewayV2::Route")
	if len(routes) == 0 {
		t.Error("there are no routes")
	}
	for _, r := range routes {
		api := r.text("ApiId")
		is := defaults[api]
		if settings, ok := own[api][r.text("RouteKey")].(map[string]any); ok {
			is = limit{settings["ThrottlingRateLimit"].(float64), settings["ThrottlingBurstLimit"].(float64)}
		}
		most := limit{float64(usual.rate), float64(usual.burst)}
		if api == "foldstream-dev-main" && r.text("AuthorizationType") == "NONE" {
			most = limit{float64(open.rate), float64(open.burst)}
		}
		if is.rate <= 0 || is.burst <= 0 || is.rate > most.rate || is.burst > most.burst {
			t.Errorf("%s of %s takes %v requests a second, %v at once", r.text("RouteKey"), api, is.rate, is.burst)
		}
	}
	if open.rate >= usual.rate || open.burst >= usual.burst {
		t.Error("strangers may do as much as those who are known")
	}
}

func TestFirewallIsWhereCloudFrontIs(t *testing.T) {
	for _, c := range []struct {
		waf, region string
		ok          bool
	}{{"", "eu-central-1", true}, {"on", "us-east-1", true}, {"on", "", true}, {"on", "eu-central-1", false}, {"yes", "us-east-1", false}} {
		config := small(t, "dev")
		config.waf, config.region = c.waf, c.region
		if err := checkFirewall(config); (err == nil) != c.ok {
			t.Errorf("waf %q in %q: %v", c.waf, c.region, err)
		}
	}
	if checkEncryption("") != nil || checkEncryption(ownKey) != nil || checkEncryption("aes") == nil {
		t.Error("encryption is cmk, or nothing")
	}
}
