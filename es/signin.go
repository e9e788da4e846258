package es

import "slices"

// SignsIn reports whether people sign in to the app itself: whether a command of it grants tokens.
func (app *App) SignsIn() bool { return len(app.signIns()) > 0 }

// WithoutSignIn is the app for people who sign in elsewhere. Of the aggregates that they would sign in by, those with a
// command that grants tokens, no command has a route any more: accounts, codes and roles are somebody else's business.
func (app *App) WithoutSignIn() *App {
	by := app.signIns()
	without := &App{Contexts: slices.Clone(app.Contexts), Rewrites: app.Rewrites}
	for i, c := range without.Contexts {
		without.Contexts[i].Commands = slices.DeleteFunc(slices.Clone(c.Commands), func(d *CommandDecl) bool {
			return by[d.Aggregate] && !d.IsInternal()
		})
	}
	return without
}

// signIns are the aggregates with a command that grants tokens.
func (app *App) signIns() map[Folder]bool {
	by := map[Folder]bool{}
	for _, d := range app.Commands() {
		if d.GrantsToken() {
			by[d.Aggregate] = true
		}
	}
	return by
}
