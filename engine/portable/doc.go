// Package portable writes a store as a file, and brings what such a file holds into another store.
//
// The file is JSON lines: a header, notes of forgotten persons, the commits in the order of the feed, the timers that are set,
// and a trailer. A line begins with a link: the first half of the SHA-256 of the line before, and of what follows in the line
// itself, so that a line that is changed, missing or moved is found where it is. Personal data is in it as it is stored, under
// keys that are not.
package portable
