import { render } from "preact";
import { keepConnected } from "./core/live";
import { drawBy } from "./core/signal";
import { Shell } from "./shell";
import "./styles/all.css";

keepConnected();
drawBy(() => render(<Shell />, document.getElementById("app")!));
