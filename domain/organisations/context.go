// Package organisations is the bounded context of organisations and of the one-time passwords by which they and their
// workers sign in. It stands apart from both, so that what is about organisations alone does not link the metadata of all the
// world's phone numbers.
package organisations

import (
	"github.com/foldstream/foldstream/domain/org"
	"github.com/foldstream/foldstream/domain/otp"
	"github.com/foldstream/foldstream/es"
)

// Context lists the declarations of packages otp and org.
var Context = es.Context{
	Name:       "organisations",
	Aggregates: []es.Folder{otp.Aggregate, org.Aggregate, org.SignInAggregate},
	Commands:   []*es.CommandDecl{otp.DoRequest, otp.DoVerify, org.DoCreate, org.DoUpdate, org.DoSignIn},
	Views:      []*es.ViewDecl{otp.Statuses.ViewDecl, org.Records.ViewDecl, org.SignInRecords.ViewDecl},
	Queries:    []*es.QueryDecl{otp.GetStatus, org.GetOrg, org.ListOrgs, org.SearchOrgs, org.ListSignIns},
	Sagas:      []*es.Saga{otp.Sending},
}
