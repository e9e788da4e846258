import type { Page } from "../../core/router";
import { Events } from "./events";
import { Parked } from "./parked";
import { Roles } from "./roles";
import { Stream } from "./stream";
import { Streams } from "./streams";
import { Timers } from "./timers";
import { Trace } from "./trace";
import { Views } from "./views";

export const admin: Page[] = [
  { pattern: "/admin", role: "admin", Shown: Events },
  { pattern: "/admin/streams", role: "admin", Shown: Streams },
  { pattern: "/admin/streams/:stream", role: "admin", Shown: Stream },
  { pattern: "/admin/traces/:id?", role: "admin", Shown: Trace },
  { pattern: "/admin/views", role: "admin", Shown: Views },
  { pattern: "/admin/parked", role: "admin", Shown: Parked },
  { pattern: "/admin/timers", role: "admin", Shown: Timers },
  { pattern: "/admin/roles", role: "admin", Shown: Roles },
];
