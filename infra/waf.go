package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/jsii-runtime-go"
)

// firewall asks for a firewall in front of the web pages, as `cdk -c waf=on`. It is an option because it is paid for by the
// month, whether or not anybody comes: five dollars, and one for each rule. APIs of the HTTP kind cannot have one: theirs are
// their throttles.
const firewall = "on"

// firewallRegion is where everything lives that CloudFront has.
const firewallRegion = "us-east-1"

// requestsAtOnce is how many requests one address makes within five minutes at most. A page is some twenty files.
const requestsAtOnce = 2000

// managedRules are sets of rules that AWS keeps up to date: what attacks have in common, and inputs known to be bad.
var managedRules = []string{"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"}

func checkFirewall(c config) error {
	switch {
	case c.waf != "" && c.waf != firewall:
		return fmt.Errorf("waf is %q: it is %s, or nothing for none", c.waf, firewall)
	case c.waf == firewall && c.region != "" && c.region != firewallRegion:
		return fmt.Errorf("waf=%s: CloudFront's firewalls are in %s only, and the stacks are for %s", firewall, firewallRegion, c.region)
	default:
		return nil
	}
}

// webACL is the ARN of the web pages' firewall, or nil.
func (b *builder) webACL() *string {
	if b.waf != firewall {
		return nil
	}
	rules := []any{&awswafv2.CfnWebACL_RuleProperty{
		Name: jsii.String("rate"), Priority: jsii.Number(0),
		Action: &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{}},
		Statement: &awswafv2.CfnWebACL_StatementProperty{RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
			AggregateKeyType: jsii.String("IP"), Limit: jsii.Number(requestsAtOnce),
		}},
		VisibilityConfig: seen("rate"),
	}}
	for n, name := range managedRules {
		rules = append(rules, &awswafv2.CfnWebACL_RuleProperty{
			Name: jsii.String(name), Priority: jsii.Number(n + 1),
			OverrideAction: &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}}, // they act as they say
			Statement: &awswafv2.CfnWebACL_StatementProperty{ManagedRuleGroupStatement: &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{
				VendorName: jsii.String("AWS"), Name: jsii.String(name),
			}},
			VisibilityConfig: seen(name),
		})
	}
	made := awswafv2.NewCfnWebACL(b.stack, jsii.String("firewall"), &awswafv2.CfnWebACLProps{
		Name: jsii.String(b.stage.name("web")), Scope: jsii.String("CLOUDFRONT"), Rules: rules,
		DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Allow: &awswafv2.CfnWebACL_AllowActionProperty{}},
		VisibilityConfig: seen(b.stage.name("web")),
	})
	return made.AttrArn()
}

// seen has a firewall count what a rule stops, and keep some of it to look at.
func seen(name string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{
		MetricName: jsii.String(name), CloudWatchMetricsEnabled: jsii.Bool(true), SampledRequestsEnabled: jsii.Bool(true),
	}
}
