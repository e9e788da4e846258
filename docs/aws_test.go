package docs_test

import "testing"

func TestThePitfallsOfAWSAreProved(t *testing.T) { proved(t, "aws.md") }

func TestTheMeasuresOfSecurityAreProved(t *testing.T) { proved(t, "security.md") }

// proved makes sure that each row of a document's tables says where something is done, and what tests it.
func proved(t *testing.T, document string) {
	t.Helper()
	for _, cells := range table(t, document, 4) {
		about, where, tests := cells[0], cells[2], cells[3]
		if len(refs(where)) == 0 || len(refs(tests)) == 0 {
			t.Errorf("%s: neither a place nor a test", about)
		}
		for _, ref := range refs(where) {
			if err := checkPlace(ref); err != nil {
				t.Errorf("%s: %v", about, err)
			}
		}
		for _, ref := range refs(tests) {
			if err := checkTest(ref); err != nil {
				t.Errorf("%s: %v", about, err)
			}
		}
	}
}
