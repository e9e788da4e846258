package topology

import (
	"fmt"
	"regexp"
)

// Stage is one installation of the whole system. Several live side by side in an account: all their names begin with
// the stage's.
type Stage string

// Production is the stage whose data outlives its stacks.
const Production Stage = "prod"

// stageName leaves room for the names of functions, of which AWS takes 64 letters.
var stageName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,15}$`)

// Check refuses a name that not all things of a stage could begin with.
func (s Stage) Check() error {
	if !stageName.MatchString(string(s)) {
		return fmt.Errorf("the stage %q is not a word of up to 16 lower-case letters, digits and dashes", string(s))
	}
	return nil
}

// Name is the name of a thing of this stage: a table, a topic, a function by [Function.Name].
func (s Stage) Name(thing string) string { return fmt.Sprintf("foldstream-%s-%s", string(s), thing) }
