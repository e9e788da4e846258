/** What elements are made by, where the bundler finds one. */
export { Fragment, h } from "preact";
