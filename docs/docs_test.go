// Package docs_test holds what the documents say against the program.
package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/handler"
)

// row is a row of a table in seeds.md, whose columns are a feature, where it lives, and the tests that prove it.
type row struct{ feature, where, tests string }

const notYet = "not yet"

func seeds(t *testing.T) []row {
	t.Helper()
	var rows []row
	for _, cells := range table(t, "seeds.md", 3) {
		rows = append(rows, row{cells[0], cells[1], cells[2]})
	}
	return rows
}

// table is the rows of all tables of a document, which have as many columns, without their heads.
func table(t *testing.T, document string, columns int) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	head := ""
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "|") {
			head = ""
			continue
		}
		if head == "" || strings.HasPrefix(line, "|--") {
			head = line
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != columns {
			t.Fatalf("%d columns: %s", len(cells), line)
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	if len(rows) == 0 {
		t.Fatal("there are no tables")
	}
	return rows
}

// A test is a file of the repository, a function in it and, behind a slash, words of the function; or, of a browser's, its name.
var (
	aTest        = regexp.MustCompile(`^([^ :]+\.go): ([A-Z][A-Za-z]*)(?:/(.+))?$`)
	aBrowserTest = regexp.MustCompile(`^(web/browser/[a-z]+\.test\.ts): (.+)$`)
)

// A place is a file or a folder, a name that is declared in it, or a route.
var (
	aRoute = regexp.MustCompile("^(GET|POST|PUT|DELETE) (/.*)$")
	aPlace = regexp.MustCompile("^([^ :]+/[^ :]*)(?:: ([A-Za-z]+))?$")
	quoted = regexp.MustCompile("`([^`]+)`")
)

func refs(cell string) []string {
	var all []string
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

// source is a file of the repository, empty when there is none.
func source(path string) string {
	text, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		return ""
	}
	return string(text)
}

// section is a function from its first line to its last.
func section(text, function string) string {
	_, rest, found := strings.Cut(text, "func "+function+"(")
	if !found {
		return ""
	}
	body, _, _ := strings.Cut(rest, "\n}")
	return body
}

// checkTest fails unless there is a test.
func checkTest(ref string) error {
	if m := aBrowserTest.FindStringSubmatch(ref); m != nil {
		if !strings.Contains(source(m[1]), "test(\""+m[2]+"\"") {
			return fmt.Errorf("there is no %s", ref)
		}
		return nil
	}
	m := aTest.FindStringSubmatch(ref)
	if m == nil {
		return fmt.Errorf("%q is no test", ref)
	}
	if body := section(source(m[1]), m[2]); body == "" || !strings.Contains(body, m[3]) {
		return fmt.Errorf("there is no %s", ref)
	}
	return nil
}

// checkPlace fails unless there is a place, other than a route.
func checkPlace(ref string) error {
	m := aPlace.FindStringSubmatch(ref)
	if m == nil {
		return fmt.Errorf("%q is no place", ref)
	}
	if _, err := os.Stat(filepath.Join("..", m[1])); err != nil {
		return err
	}
	if m[2] != "" && !regexp.MustCompile(`\b`+m[2]+`\b`).MatchString(source(m[1])) {
		return fmt.Errorf("there is no %s in %s", m[2], m[1])
	}
	return nil
}

func TestTheTestsOfSeedsExist(t *testing.T) {
	for _, r := range seeds(t) {
		named := refs(r.tests)
		if len(named) == 0 && r.tests != notYet {
			t.Errorf("%s: neither a test nor %q", r.feature, notYet)
		}
		if strings.Contains(r.feature, "**mend**") && r.tests != notYet && !strings.Contains(r.tests, "mend: ") {
			t.Errorf("%s: no test has it in its name", r.feature)
		}
		for _, ref := range named {
			if err := checkTest(ref); err != nil {
				t.Errorf("%s: %v", r.feature, err)
			}
		}
	}
}

func TestThePlacesOfSeedsExist(t *testing.T) {
	routes := routes()
	for _, r := range seeds(t) {
		named := refs(r.where)
		if len(named) == 0 && r.tests != notYet {
			t.Errorf("%s lives nowhere", r.feature)
		}
		for _, ref := range named {
			if aRoute.MatchString(ref) {
				if !slices.Contains(routes, ref) {
					t.Errorf("%s: there is no route %s", r.feature, ref)
				}
				continue
			}
			if err := checkPlace(ref); err != nil {
				t.Errorf("%s: %v", r.feature, err)
			}
		}
	}
}

// routes are those of the domain, and those that every system has.
func routes() []string {
	var all []string
	for _, r := range handler.SystemRoutes {
		all = append(all, r.Route)
	}
	for _, d := range domain.App.Commands() {
		all = append(all, d.Route)
	}
	for _, d := range domain.App.Queries() {
		all = append(all, d.Route)
	}
	return all
}

func TestSeedsNameEveryRouteAndConsumer(t *testing.T) {
	text, err := os.ReadFile("seeds.md")
	if err != nil {
		t.Fatal(err)
	}
	want := slices.DeleteFunc(routes(), func(route string) bool { return route == "" })
	for _, d := range domain.App.Views() {
		want = append(want, d.Name)
	}
	for _, d := range domain.App.Sagas() {
		want = append(want, d.Name)
	}
	for _, d := range domain.App.Listeners() {
		want = append(want, d.Name)
	}
	for _, name := range want {
		if !strings.Contains(string(text), name) {
			t.Errorf("%s is in no table", name)
		}
	}
}
