// Command upkeep is the Lambda that carries out what admins have asked for.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/archiving"
	"github.com/foldstream/foldstream/cloud/mailing"
	"github.com/foldstream/foldstream/cloud/pushing"
	"github.com/foldstream/foldstream/cloud/queueing"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/cloud/secrecy"
	"github.com/foldstream/foldstream/cloud/texting"
	"github.com/foldstream/foldstream/cloud/timing"
	"github.com/foldstream/foldstream/domain"
)

func main() {
	cloud.Upkeep(
		domain.App, mailing.Mails(), texting.Texts(), timing.Timers(), timing.Agenda(), secrecy.Secret(), searching.Index(), pushing.Pushes(), queueing.Upkeep(),
		sealing.Keys(), archiving.Closed(),
	)
}
