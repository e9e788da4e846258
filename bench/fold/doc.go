// Package fold measures what happens between a stored event and a state, without any store.
package fold
