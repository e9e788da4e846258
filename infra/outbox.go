package main

import (
	"fmt"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/topology"
)

// The values of the context value outbox. Without one, mails and texts go to people in production, and into the outbox
// elsewhere: a try sends nothing to anybody, and its tests read what it would have sent.
const (
	outboxOn  = "on"
	outboxOff = "off"
)

func checkOutbox(value string) error {
	switch value {
	case "", outboxOn, outboxOff:
		return nil
	default:
		return fmt.Errorf("outbox is %q: there is %s, %s, or nothing for what suits the stage", value, outboxOn, outboxOff)
	}
}

// posts reports whether mails and texts are posted into a table of the stage, and not sent.
func (c config) posts() bool {
	if c.outbox == "" {
		return !c.stage.keeps()
	}
	return c.outbox == outboxOn
}

// sending allows to send mails and texts to people, or to post them into the outbox.
func (b *builder) sending(g topology.Grant) allowance {
	switch {
	case b.posts():
		return b.use([]tableUse{{setting.OutboxTable, []string{"PutItem"}}})
	case g == topology.SendMail:
		return grant(setting.MailFrom, b.sender, "ses:SendEmail", identities(b.sender)...)
	default:
		return texting()
	}
}
