// Package opensearch finds views' documents by their words with Amazon OpenSearch Service, over its HTTP API with signed requests.
//
// Each view has an alias, and behind it an index, which is created when the first document finds no alias. A document there is
// what one of the view has as its text, and nothing else; its external version is the view's. One that is taken out stays as an
// empty text: OpenSearch forgets the version of a deleted document after a minute, and then an older text could bring it back.
//
// Words are runs of letters and digits, but that each Chinese character and hiragana is one of its own. Here they are told
// apart, and lose the accents that Unicode knows of; OpenSearch folds case, and letters such as ø and ß.
//
// No OpenSearch could be had for the tests. They run against a fake that answers as OpenSearch's documentation has it: requests,
// signatures, versions and refusals have been checked against that alone, and the ranking by a formula like OpenSearch's.
package opensearch
