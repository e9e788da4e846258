import type { Page } from "../../core/router";
import { Profile } from "./profile";
import { SignIn } from "./signin";
import { SignUp } from "./signup";

export const people: Page[] = [
  { pattern: "/sign-in", Shown: SignIn },
  { pattern: "/sign-up", Shown: SignUp },
  { pattern: "/profile", role: "", Shown: Profile },
];
