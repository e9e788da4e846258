// Generated from the declarations by `make web`. Do not edit.

export interface Accepted {
  id: string;
  version?: number;
  traceId: string;
}

export interface AccountLogInInput {
  password: string;
  browserFingerprint: string;
}

export interface AccountSignUpInput {
  username: string;
  password: string;
}

export interface Backlog {
  waiting: number;
  oldestSeconds?: number;
}

export interface Begun {
  stream: string;
  since: string;
}

export interface BoardCell {
  x: number;
  y: number;
}

export interface BoardDot {
  x: number;
  y: number;
}

export interface BoardDotInput {
  x: number;
  y: number;
}

export interface BoardLine {
  from: BoardDot;
  direction: string;
}

export interface ButtonClicked {
  user: string;
}

export interface CommandRejected {
  command: string;
  aggregateId: string;
  causationId?: string;
  act?: string;
  rejection: Rejection | null;
}

export interface Comparison {
  rows: number;
  different: number;
  examples?: Difference[];
  parked?: Parked[];
  stuck?: Stuck[];
  skipped?: Stuck[];
}

export interface Difference {
  view: string;
  row: string;
  what: string;
  live: Side;
  other: Side;
}

export interface EventsAnswer {
  items: LoggedCommit[];
  from: number;
  to: number;
  end: number;
}

export interface Failed {
  error: string;
  attempts: number;
  time: string;
}

export interface Finding {
  check: string;
  where: string;
  expected: string;
  found: string;
  next: string;
}

export interface FixtureFixture {
  quarter: FixtureMatch[];
  semi: FixtureMatch[];
  final: FixtureMatch[];
}

export interface FixtureMatch {
  localTeamId: string;
  awayTeamId: string;
  localGoals: number;
  awayGoals: number;
  played: boolean;
}

export interface ForgetAskedInput {
  reason: string;
}

export interface Forgotten {
  subject: string;
  by: string;
  why?: string;
  at: string;
  done?: string;
  found: Found;
  rows: RefoldedIn[];
  values: number;
  waiting?: boolean;
  again?: string;
}

export interface Found {
  streams: number;
  events: FoundEvent[];
  texts: number;
  plain: number;
  unread: number;
}

export interface FoundEvent {
  category: string;
  type: string;
  count: number;
}

export interface IdentityGrantRoleInput {
  role: "read" | "write" | "follow" | "admin";
}

export interface IdentityLogInInput {
  email: string;
  password: string;
}

export interface IdentityRegisterInput {
  email: string;
  password: string;
}

export interface Job {
  id: string;
  kind: "rebuild" | "return" | "drop" | "retry" | "skip" | "redrive" | "discard" | "forget" | "verify";
  view?: string;
  keep?: boolean;
  generation?: number;
  consumer?: string;
  stream?: string;
  version?: number;
  subject?: string;
  reason?: string;
  by: string;
  askedAt: string;
  startedAt?: string;
  endedAt?: string;
  state: "waiting" | "running" | "done" | "failed";
  runs?: number;
  progress?: Rebuilding;
  working?: Working;
  result?: JobResult;
  error?: string;
}

export interface JobAnswer {
  jobId: string;
}

export interface JobResult {
  rebuilt?: Rebuilt;
  standing?: Standing;
  redriven?: Redriven;
  parked?: Parked;
  forgotten?: Forgotten;
  verified?: Verified;
  findings?: Finding[];
}

export interface JobsAnswer {
  items: Job[];
}

export interface Key {
  i: string;
  p: string;
  s: string;
}

export interface Letter {
  net: string;
  id: string;
  kind: string;
  stream?: string;
  version?: number;
  events?: string[];
  command?: string;
  due?: string;
  traceId?: string;
  since: string;
  receives: number;
  why: string;
  bytes: number;
}

export interface LoggedCommit {
  position: number;
  aggregateId: string;
  version: number;
  era?: number;
  traceId: string;
  commandId: string;
  causationId?: string;
  invoker?: string;
  time: string;
  events: LoggedEvent[];
}

export interface LoggedEvent {
  version: number;
  type: string;
  data?: unknown;
  schema?: number;
}

export interface MatchCancelled {
  players: MatchPlayer[];
}

export interface MatchCreated {
  createdBy: string;
  size: string;
}

export interface MatchFinished {
  winner: string;
  scores: Record<string, number>;
  players: MatchPlayer[];
  forfeitedBy?: string;
}

export interface MatchJoinRequested {
  userId: string;
}

export interface MatchJoined {
  player: MatchPlayer;
}

export interface MatchPlayer {
  id: string;
  name: string;
  avatar: string;
  color: string;
}

export interface MatchRecord {
  id: string;
  createdBy: string;
  settings: MatchSettings;
  status: string;
  players: MatchScored[];
  turns: MatchTurn[];
  nextPlayer?: string;
  deadline?: string;
  winner?: string;
  forfeitedBy?: string;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
}

export interface MatchScored {
  id: string;
  name: string;
  avatar: string;
  color: string;
  score: number;
}

export interface MatchSettings {
  size: string;
  cells: number;
  maxPlayers: number;
}

export interface MatchStarted {
  firstPlayer: string;
  players: MatchPlayer[];
}

export interface MatchTakeTurnInput {
  from: BoardDotInput;
  direction: "right" | "down";
}

export interface MatchTurn {
  line: BoardLine;
  player: string;
  captured: BoardCell[];
  at: string;
}

export interface MatchTurnTaken {
  line: BoardLine;
  player: string;
  captured: BoardCell[];
  nextPlayer?: string;
}

export interface OrgCreateInput {
  name: string;
  location: string;
  description?: string;
}

export interface OrgCreated {
  name: string;
  location: string;
  description: string;
}

export interface OrgRecord {
  id: string;
  name: string;
  location: string;
  description: string;
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface OrgSignInRecord {
  userId: string;
  count: number;
  firstAt: string;
  lastAt: string;
}

export interface OrgSignedIn {
  userId: string;
  at: string;
}

export interface OrgUpdateInput {
  name: string;
  location: string;
  description?: string;
}

export interface OrgUpdated {
  name: string;
  location: string;
  description: string;
}

export interface OtpRequestInput {
  primary: string;
  country: "ID" | "PH" | "VN" | "SG" | "MY" | "TH" | "KH" | "LA" | "MM" | "BN" | "JP" | "TW" | "KR" | "HK";
  role: "worker" | "org";
}

export interface OtpStatus {
  id: string;
  status: "requested" | "verified";
  requestedAt: string;
  expiresAt: string;
  verifiedAt?: string;
  tries: number;
}

export interface OtpVerifyInput {
  primary: string;
  country?: "ID" | "PH" | "VN" | "SG" | "MY" | "TH" | "KH" | "LA" | "MM" | "BN" | "JP" | "TW" | "KR" | "HK";
  role?: "worker" | "org";
  key: string;
  code: string;
}

export interface Outcome {
  type: string;
  traceId: string;
  aggregateId: string;
  version?: number;
  payload?: unknown;
  schema?: number;
  commandId?: string;
  causationId?: string;
  time: string;
}

export interface Parked {
  consumer: string;
  stream: string;
  version: number;
  error: string;
  attempts: number;
  time: string;
  history?: Failed[];
}

export interface ParkedAnswer {
  items: Parked[];
  more?: boolean;
}

export interface PlayerPaymentStatus {
  id: string;
  amount: string;
  lives: number;
  status: "received" | "granted" | "refunded";
  at: string;
}

export interface PlayerProfile {
  id: string;
  lives: number;
  deaths: number;
  alive: boolean;
  payments: PlayerPaymentStatus[];
}

export interface PlayerReceivePaymentInput {
  amount: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code: string;
  field?: string;
  traceId: string;
}

export interface RebuildAskedInput {
  keep?: boolean;
}

export interface Rebuilding {
  view: string;
  phase: "fill" | "wait" | "compare" | "erase";
  events: number;
  position: number;
  head: number;
  rows: number;
}

export interface Rebuilt {
  view: string;
  generation: number;
  was: number;
  events: number;
  position: number;
  comparison: Comparison;
  mended?: Parked[];
}

export interface Redriven {
  net: string;
  putBack?: number;
  dropped?: number;
  kept?: number;
  swept?: number;
  letters?: Letter[];
}

export interface RefoldedIn {
  view: string;
  rows: number;
}

export interface Rejection {
  code: string;
  kind: string;
  detail: string;
  field?: string;
}

export interface RoomActInput {
  action: string;
}

export interface RoomActed {
  playerId: string;
  action: string;
}

export interface RoomAction {
  playerId: string;
  action: string;
  at: string;
}

export interface RoomClosed {
  reason: string;
  playerIds: string[];
}

export interface RoomEjected {
  playerId: string;
  reason: string;
}

export interface RoomFell {
  playerId: string;
  death: number;
}

export interface RoomMember {
  id: string;
  status: string;
  reason?: string;
}

export interface RoomOpenInput {
  playerIds: string[];
}

export interface RoomOpened {
  playerIds: string[];
}

export interface RoomRecord {
  id: string;
  status: string;
  players: RoomMember[];
  ticks: number;
  lastAction?: RoomAction;
  openedAt: string;
  closedAt?: string;
  closeReason?: string;
}

export interface RoomRespawned {
  playerId: string;
  death: number;
}

export interface RoomTicked {
  tick: number;
}

export interface Side {
  version: number;
  doc?: unknown;
  keys?: Key[];
}

export interface SkipAskedInput {
  reason: string;
}

export interface Standing {
  live: number;
  next?: number;
  kept?: number;
  trial?: number;
  gone?: number[];
  last: number;
  program?: string;
  changes: number;
}

export interface Step {
  version: number;
  type: string;
  time: string;
  invoker?: string;
  traceId: string;
  data?: unknown;
  states?: Record<string, unknown>;
}

export interface StreamAnswer {
  stream: string;
  items: Step[];
  next?: number;
  error?: string;
}

export interface StreamsAnswer {
  items: Begun[];
  next?: string;
}

export interface Stuck {
  row?: string;
  stream: string;
  version: number;
  error: string;
}

export interface SystemAnswer {
  stage: string;
  webSocketUrl: string;
  issuer: string;
  search: boolean;
}

export interface TeamAddPlayersInput {
  names: string[];
}

export interface TeamAvailabilitySet {
  available: boolean;
}

export interface TeamCreateInput {
  name: string;
}

export interface TeamCreated {
  name: string;
  owner: string;
}

export interface TeamPlayerAdded {
  name: string;
}

export interface TeamRecord {
  id: string;
  name: string;
  owner: string;
  players: string[];
  tournaments: TeamTournament[];
  available: boolean;
  createdAt: string;
}

export interface TeamSetAvailabilityInput {
  available: boolean;
}

export interface TeamTournament {
  id: string;
  name: string;
}

export interface TeamTournamentJoined {
  tournament: TeamTournament;
}

export interface Timer {
  id: string;
  at: string;
  command: string;
  aggregateId: string;
  traceId: string;
  causationId?: string;
  invoker?: string;
  saga?: string;
}

export interface TimersAnswer {
  items: Timer[];
  next?: string;
  soon?: number;
}

export interface TokenDiscovery {
  issuer: string;
  jwks_uri: string;
  id_token_signing_alg_values_supported: string[];
  response_types_supported: string[];
  subject_types_supported: string[];
}

export interface TokenKey {
  kty: string;
  use: string;
  alg: string;
  kid: string;
  n: string;
  e: string;
}

export interface TokenKeySet {
  keys: TokenKey[];
}

export interface TournamentAddTeamInput {
  teamId: string;
}

export interface TournamentCreateInput {
  name: string;
}

export interface TournamentCreated {
  name: string;
  organiser: string;
}

export interface TournamentFinished {
  champion: string;
}

export interface TournamentMatchResultSet {
  phase: string;
  localTeamId: string;
  localGoals: number;
  awayTeamId: string;
  awayGoals: number;
}

export interface TournamentRecord {
  id: string;
  name: string;
  organiser: string;
  status: string;
  teams: TournamentTeam[];
  fixture: FixtureFixture;
  champion?: string;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
}

export interface TournamentSetMatchResultInput {
  localTeamId: string;
  localGoals: number;
  awayTeamId: string;
  awayGoals: number;
}

export interface TournamentStarted {
  teams: string[];
  seed: string;
}

export interface TournamentTeam {
  id: string;
  name: string;
  confirmed: boolean;
}

export interface TournamentTeamAdded {
  teamId: string;
  name: string;
  tournament: string;
  entry: number;
}

export interface TournamentTeamConfirmed {
  teamId: string;
}

export interface TournamentTeamRemoved {
  teamId: string;
  name: string;
  reason: string;
}

export interface TraceAnswer {
  traceId: string;
  outcomes: Outcome[];
  more?: boolean;
}

export interface UserCreateInput {
  name: string;
}

export interface UserCreated {
  name: string;
  avatar: string;
  color: string;
}

export interface UserMatchEntered {
  matchId: string;
  userId: string;
  name: string;
  avatar: string;
  color: string;
}

export interface UserMatchLeft {
  matchId: string;
  reason: string;
}

export interface UserMatchRequested {
  matchId: string;
  userId: string;
  size: string;
  name: string;
  avatar: string;
  color: string;
}

export interface UserNameSet {
  name: string;
}

export interface UserProfile {
  id: string;
  name: string;
  avatar: string;
  color: string;
}

export interface UserRequestMatchInput {
  size: "small" | "medium" | "large";
}

export interface UserSetNameInput {
  name: string;
}

export interface Verified {
  positions: number;
  commits: number;
  streams: number;
  events: number;
  archived: number;
  rows: number;
  snapshots: number;
  staleSnapshots: number;
  unique: number;
  timers: number;
  timersSoon: number;
  subscriptions: number;
  leavingSubscriptions: number;
  findings: number;
}

export interface ViewState {
  view: string;
  live: number;
  next?: number;
  kept?: number;
  trial?: number;
  gone?: number[];
  last: number;
  program?: string;
  changes: number;
  global?: boolean;
  backlog: Backlog;
  behind?: number;
}

export interface ViewsAnswer {
  items: ViewState[];
  end: number;
}

export interface WalletBalanceCarried {
  owner?: string;
  currency?: string;
  balance?: string;
  closed?: boolean;
  outgoing?: WalletOutgoing[];
  incoming?: WalletIncoming[];
}

export interface WalletClosed {
  owner: string;
}

export interface WalletCreditInput {
  amount: string;
}

export interface WalletCredited {
  owner: string;
  amount: string;
  currency: string;
  balance: string;
}

export interface WalletCreditor {
  user: string;
  credits: number;
  lastCredit?: string;
  clicks: number;
  firstClick?: string;
  lastClick?: string;
}

export interface WalletDebitInput {
  amount: string;
}

export interface WalletDebited {
  owner: string;
  amount: string;
  currency: string;
  balance: string;
}

export interface WalletIncoming {
  id: string;
  from: string;
  declined?: string;
}

export interface WalletOpenInput {
  currency: "CAD" | "USD" | "EUR";
}

export interface WalletOpened {
  owner: string;
  currency: string;
}

export interface WalletOutgoing {
  id: string;
  to: string;
  amount: string;
  until: string;
  chase: string;
}

export interface WalletRecord {
  id: string;
  owner: string;
  currency: string;
  balance: string;
  balanceInEuro: string;
  transactions: number;
  underWay: number;
  open: boolean;
  openedAt: string;
  lastCredit?: string;
  closedAt?: string;
}

export interface WalletTransferCompleted {
  transferId: string;
  to: string;
  amount: string;
}

export interface WalletTransferDeclined {
  transferId: string;
  from: string;
  reason: string;
}

export interface WalletTransferInput {
  to: string;
  amount: string;
}

export interface WalletTransferOverdue {
  transferId: string;
  to: string;
  chase: string;
}

export interface WalletTransferReceived {
  transferId: string;
  from: string;
  owner: string;
  amount: string;
  currency: string;
  balance: string;
}

export interface WalletTransferReturned {
  transferId: string;
  to: string;
  amount: string;
  balance: string;
  reason: string;
}

export interface WalletTransferSettled {
  transferId: string;
  from: string;
}

export interface WalletTransferStarted {
  transferId: string;
  owner: string;
  to: string;
  amount: string;
  currency: string;
  balance: string;
  until: string;
}

export interface Working {
  doing: string;
  unit: string;
  done: number;
  total?: number;
}

/** What is read, by the name of the operation. A refusal is a Problem. */
export interface Queries {
  "get-user": { path: { userId: string }; query: { "min-version"?: number }; answer: UserProfile };
  "search-users": { path: Record<string, never>; query: { q: string; limit?: number }; answer: { items: UserProfile[]; next?: string } };
  "get-match": { path: { matchId: string }; query: { "min-version"?: number }; answer: MatchRecord };
  "list-open-matches": { path: Record<string, never>; query: { limit?: number; cursor?: string; "exclude-me"?: boolean }; answer: { items: MatchRecord[]; next?: string } };
  "list-user-matches": { path: { userId: string }; query: { limit?: number; cursor?: string }; answer: { items: MatchRecord[]; next?: string } };
  "get-otp-status": { path: { otpId: string }; query: { "min-version"?: number }; answer: OtpStatus };
  "get-org": { path: { orgId: string }; query: { "min-version"?: number }; answer: OrgRecord };
  "list-orgs": { path: Record<string, never>; query: { limit?: number; cursor?: string }; answer: { items: OrgRecord[]; next?: string } };
  "search-orgs": { path: Record<string, never>; query: { q: string; limit?: number }; answer: { items: OrgRecord[]; next?: string } };
  "list-sign-ins": { path: { userId: string }; query: { limit?: number; cursor?: string }; answer: { items: OrgSignInRecord[]; next?: string } };
  "get-player": { path: { username: string }; query: { "min-version"?: number }; answer: PlayerProfile };
  "get-room": { path: { roomId: string }; query: { "min-version"?: number }; answer: RoomRecord };
  "list-open-rooms": { path: Record<string, never>; query: { limit?: number; cursor?: string }; answer: { items: RoomRecord[]; next?: string } };
  "list-player-rooms": { path: { username: string }; query: { limit?: number; cursor?: string }; answer: { items: RoomRecord[]; next?: string } };
  "get-team": { path: { teamId: string }; query: { "min-version"?: number }; answer: TeamRecord };
  "list-teams": { path: Record<string, never>; query: { limit?: number; cursor?: string }; answer: { items: TeamRecord[]; next?: string } };
  "search-teams": { path: Record<string, never>; query: { q: string; limit?: number }; answer: { items: TeamRecord[]; next?: string } };
  "get-tournament": { path: { tournamentId: string }; query: { "min-version"?: number }; answer: TournamentRecord };
  "list-tournaments": { path: Record<string, never>; query: { limit?: number; cursor?: string }; answer: { items: TournamentRecord[]; next?: string } };
  "search-tournaments": { path: Record<string, never>; query: { q: string; limit?: number }; answer: { items: TournamentRecord[]; next?: string } };
  "get-wallet": { path: { walletId: string }; query: { "min-version"?: number }; answer: WalletRecord };
  "list-open-wallets": { path: Record<string, never>; query: { limit?: number; cursor?: string }; answer: { items: WalletRecord[]; next?: string } };
  "list-user-wallets": { path: { userId: string }; query: { limit?: number; cursor?: string }; answer: { items: WalletRecord[]; next?: string } };
  "list-top-wallets": { path: { currency: string }; query: { limit?: number; cursor?: string }; answer: { items: WalletRecord[]; next?: string } };
  "list-top-wallets-converted": { path: Record<string, never>; query: { limit?: number; cursor?: string }; answer: { items: WalletRecord[]; next?: string } };
  "list-button-creditors": { path: Record<string, never>; query: { limit?: number; cursor?: string }; answer: { items: WalletCreditor[]; next?: string } };
  "get-trace": { path: { traceId: string }; query: Record<string, never>; answer: TraceAnswer };
  "get-keys": { path: Record<string, never>; query: Record<string, never>; answer: TokenKeySet };
  "get-openid-configuration": { path: Record<string, never>; query: Record<string, never>; answer: TokenDiscovery };
  "get-health": { path: Record<string, never>; query: Record<string, never>; answer: Record<string, string> };
  "get-system": { path: Record<string, never>; query: Record<string, never>; answer: SystemAnswer };
  "list-events": { path: Record<string, never>; query: { after?: number; before?: number; limit?: number; category?: string; stream?: string; type?: string; trace?: string; wait?: boolean }; answer: EventsAnswer };
  "list-streams": { path: Record<string, never>; query: { prefix?: string; start?: string; limit?: number; reverse?: boolean }; answer: StreamsAnswer };
  "get-stream": { path: { stream: string }; query: { after?: number; limit?: number }; answer: StreamAnswer };
  "list-timers": { path: Record<string, never>; query: { limit?: number; cursor?: string }; answer: TimersAnswer };
  "list-views": { path: Record<string, never>; query: Record<string, never>; answer: ViewsAnswer };
  "list-parked": { path: Record<string, never>; query: Record<string, never>; answer: ParkedAnswer };
  "list-jobs": { path: Record<string, never>; query: { limit?: number }; answer: JobsAnswer };
}

/** What is asked for, by the name of the operation. A refusal is a Problem. */
export interface Commands {
  "register": { path: Record<string, never>; input: IdentityRegisterInput; answer: Accepted };
  "log-in": { path: Record<string, never>; input: IdentityLogInInput; answer: { id: string; version?: number; traceId: string; token: string; userId: string; roles: string[]; expiresAt: string } };
  "grant-role": { path: { userId: string }; input: IdentityGrantRoleInput; answer: Accepted };
  "revoke-role": { path: { userId: string; role: string }; input: Record<string, never>; answer: Accepted };
  "create-user": { path: Record<string, never>; input: UserCreateInput; answer: Accepted };
  "set-user-name": { path: { userId: string }; input: UserSetNameInput; answer: Accepted };
  "request-match": { path: { userId: string }; input: UserRequestMatchInput; answer: { id: string; version?: number; traceId: string; matchId: string } };
  "request-join": { path: { matchId: string }; input: Record<string, never>; answer: Accepted };
  "cancel-match": { path: { matchId: string }; input: Record<string, never>; answer: Accepted };
  "take-turn": { path: { matchId: string }; input: MatchTakeTurnInput; answer: Accepted };
  "request-otp": { path: Record<string, never>; input: OtpRequestInput; answer: { id: string; version?: number; traceId: string; key: string; expiresAt: string } };
  "verify-otp": { path: Record<string, never>; input: OtpVerifyInput; answer: { id: string; version?: number; traceId: string; token: string; userId: string; roles: string[]; expiresAt: string } };
  "create-org": { path: Record<string, never>; input: OrgCreateInput; answer: Accepted };
  "update-org": { path: { orgId: string }; input: OrgUpdateInput; answer: Accepted };
  "sign-in-user": { path: Record<string, never>; input: Record<string, never>; answer: Accepted };
  "sign-up": { path: Record<string, never>; input: AccountSignUpInput; answer: Accepted };
  "log-in-account": { path: { username: string }; input: AccountLogInInput; answer: { id: string; version?: number; traceId: string; token: string; userId: string; roles: string[]; expiresAt: string } };
  "receive-payment": { path: { username: string }; input: PlayerReceivePaymentInput; answer: { id: string; version?: number; traceId: string; paymentId: string } };
  "die": { path: { username: string }; input: Record<string, never>; answer: Accepted };
  "exit-game": { path: { username: string }; input: Record<string, never>; answer: Accepted };
  "open-room": { path: Record<string, never>; input: RoomOpenInput; answer: Accepted };
  "act-in-room": { path: { roomId: string }; input: RoomActInput; answer: Accepted };
  "create-team": { path: Record<string, never>; input: TeamCreateInput; answer: Accepted };
  "add-players": { path: { teamId: string }; input: TeamAddPlayersInput; answer: Accepted };
  "set-team-availability": { path: { teamId: string }; input: TeamSetAvailabilityInput; answer: Accepted };
  "create-tournament": { path: Record<string, never>; input: TournamentCreateInput; answer: Accepted };
  "add-team": { path: { tournamentId: string }; input: TournamentAddTeamInput; answer: Accepted };
  "start-tournament": { path: { tournamentId: string }; input: Record<string, never>; answer: Accepted };
  "set-match-result": { path: { tournamentId: string }; input: TournamentSetMatchResultInput; answer: Accepted };
  "open-wallet": { path: Record<string, never>; input: WalletOpenInput; answer: Accepted };
  "credit-wallet": { path: { walletId: string }; input: WalletCreditInput; answer: Accepted };
  "debit-wallet": { path: { walletId: string }; input: WalletDebitInput; answer: Accepted };
  "transfer": { path: { walletId: string }; input: WalletTransferInput; answer: { id: string; version?: number; traceId: string; transferId: string } };
  "close-wallet": { path: { walletId: string }; input: Record<string, never>; answer: Accepted };
  "click-button": { path: Record<string, never>; input: Record<string, never>; answer: Accepted };
  "rebuild-view": { path: { view: string }; input: RebuildAskedInput; answer: JobAnswer };
  "return-view": { path: { view: string }; input: Record<string, never>; answer: JobAnswer };
  "drop-generations": { path: { view: string }; input: Record<string, never>; answer: JobAnswer };
  "retry-parked": { path: { consumer: string; stream: string }; input: Record<string, never>; answer: JobAnswer };
  "skip-parked": { path: { consumer: string; stream: string }; input: SkipAskedInput; answer: JobAnswer };
  "forget-person": { path: { subject: string }; input: ForgetAskedInput; answer: JobAnswer };
  "verify-store": { path: Record<string, never>; input: Record<string, never>; answer: JobAnswer };
}

/** What clients are told: the payload of an outcome, by the category of its stream and its type. */
export interface Events {
  "account.InvalidLogin": undefined;
  "account.LifeSpent": undefined;
  "account.LivesGranted": undefined;
  "account.LoggedIn": undefined;
  "account.PaymentReceived": undefined;
  "account.PaymentRefunded": undefined;
  "account.PlayerDied": undefined;
  "account.PlayerExited": undefined;
  "account.SignedUp": undefined;
  "account.TooManyTries": undefined;
  "button.ButtonClicked": ButtonClicked;
  "identity.LoggedIn": undefined;
  "identity.LoginFailed": undefined;
  "identity.Registered": undefined;
  "identity.RoleGranted": undefined;
  "identity.RoleRevoked": undefined;
  "match.JoinRequested": MatchJoinRequested;
  "match.MatchCancelled": MatchCancelled;
  "match.MatchCreated": MatchCreated;
  "match.MatchFinished": MatchFinished;
  "match.MatchJoined": MatchJoined;
  "match.MatchStarted": MatchStarted;
  "match.TurnTaken": MatchTurnTaken;
  "org.OrgCreated": OrgCreated;
  "org.OrgUpdated": OrgUpdated;
  "otp.OtpRejected": undefined;
  "otp.OtpToEmailRequested": undefined;
  "otp.OtpToSmsRequested": undefined;
  "otp.OtpVerified": undefined;
  "room.PlayerActed": RoomActed;
  "room.PlayerEjected": RoomEjected;
  "room.PlayerFell": RoomFell;
  "room.PlayerRespawned": RoomRespawned;
  "room.RoomClosed": RoomClosed;
  "room.RoomOpened": RoomOpened;
  "room.Ticked": RoomTicked;
  "saga.CommandRejected": CommandRejected;
  "signin.UserSignedIn": OrgSignedIn;
  "team.PlayerAdded": TeamPlayerAdded;
  "team.TeamAvailabilitySet": TeamAvailabilitySet;
  "team.TeamCreated": TeamCreated;
  "team.TeamJoinedTournament": TeamTournamentJoined;
  "tournament.MatchResultSet": TournamentMatchResultSet;
  "tournament.TeamAdded": TournamentTeamAdded;
  "tournament.TeamConfirmed": TournamentTeamConfirmed;
  "tournament.TeamRemoved": TournamentTeamRemoved;
  "tournament.TournamentCreated": TournamentCreated;
  "tournament.TournamentFinished": TournamentFinished;
  "tournament.TournamentStarted": TournamentStarted;
  "user.MatchEntered": UserMatchEntered;
  "user.MatchLeft": UserMatchLeft;
  "user.MatchRequested": UserMatchRequested;
  "user.UserCreated": UserCreated;
  "user.UserNameSet": UserNameSet;
  "wallet.TransferCompleted": WalletTransferCompleted;
  "wallet.TransferDeclined": WalletTransferDeclined;
  "wallet.TransferOverdue": WalletTransferOverdue;
  "wallet.TransferReceived": WalletTransferReceived;
  "wallet.TransferReturned": WalletTransferReturned;
  "wallet.TransferSettled": WalletTransferSettled;
  "wallet.TransferStarted": WalletTransferStarted;
  "wallet.WalletBalanceCarried": WalletBalanceCarried;
  "wallet.WalletClosed": WalletClosed;
  "wallet.WalletCredited": WalletCredited;
  "wallet.WalletDebited": WalletDebited;
  "wallet.WalletOpened": WalletOpened;
}

/** Method and path of each operation. */
export const routes: Record<keyof Queries | keyof Commands, `${string} ${string}`> = {
  "register": "POST /register",
  "log-in": "POST /login",
  "grant-role": "POST /users/{userId}/roles",
  "revoke-role": "DELETE /users/{userId}/roles/{role}",
  "create-user": "POST /users",
  "set-user-name": "PUT /users/{userId}/name",
  "request-match": "POST /users/{userId}/match-requests",
  "request-join": "POST /matches/{matchId}/join-requests",
  "cancel-match": "POST /matches/{matchId}/cancellation",
  "take-turn": "POST /matches/{matchId}/turns",
  "get-user": "GET /users/{userId}",
  "search-users": "GET /user-search",
  "get-match": "GET /matches/{matchId}",
  "list-open-matches": "GET /matches",
  "list-user-matches": "GET /users/{userId}/matches",
  "request-otp": "POST /otps",
  "verify-otp": "POST /otps/verifications",
  "create-org": "POST /orgs",
  "update-org": "PUT /orgs/{orgId}",
  "sign-in-user": "POST /sign-ins",
  "get-otp-status": "GET /otps/{otpId}",
  "get-org": "GET /orgs/{orgId}",
  "list-orgs": "GET /orgs",
  "search-orgs": "GET /org-search",
  "list-sign-ins": "GET /sign-ins/{userId}",
  "sign-up": "POST /accounts",
  "log-in-account": "POST /accounts/{username}/log-ins",
  "receive-payment": "POST /players/{username}/payments",
  "die": "POST /players/{username}/deaths",
  "exit-game": "POST /players/{username}/exits",
  "open-room": "POST /rooms",
  "act-in-room": "POST /rooms/{roomId}/actions",
  "get-player": "GET /players/{username}",
  "get-room": "GET /rooms/{roomId}",
  "list-open-rooms": "GET /rooms",
  "list-player-rooms": "GET /players/{username}/rooms",
  "create-team": "POST /teams",
  "add-players": "POST /teams/{teamId}/players",
  "set-team-availability": "PUT /teams/{teamId}/availability",
  "create-tournament": "POST /tournaments",
  "add-team": "POST /tournaments/{tournamentId}/teams",
  "start-tournament": "POST /tournaments/{tournamentId}/start",
  "set-match-result": "POST /tournaments/{tournamentId}/results",
  "get-team": "GET /teams/{teamId}",
  "list-teams": "GET /teams",
  "search-teams": "GET /team-search",
  "get-tournament": "GET /tournaments/{tournamentId}",
  "list-tournaments": "GET /tournaments",
  "search-tournaments": "GET /tournament-search",
  "open-wallet": "POST /wallets",
  "credit-wallet": "POST /wallets/{walletId}/credits",
  "debit-wallet": "POST /wallets/{walletId}/debits",
  "transfer": "POST /wallets/{walletId}/transfers",
  "close-wallet": "POST /wallets/{walletId}/closure",
  "click-button": "POST /button/clicks",
  "get-wallet": "GET /wallets/{walletId}",
  "list-open-wallets": "GET /wallets",
  "list-user-wallets": "GET /users/{userId}/wallets",
  "list-top-wallets": "GET /top-wallets/{currency}",
  "list-top-wallets-converted": "GET /top-wallets",
  "list-button-creditors": "GET /button-creditors",
  "get-trace": "GET /traces/{traceId}",
  "get-keys": "GET /.well-known/jwks.json",
  "get-openid-configuration": "GET /.well-known/openid-configuration",
  "get-health": "GET /healthz",
  "get-system": "GET /system",
  "list-events": "GET /admin/events",
  "list-streams": "GET /admin/streams",
  "get-stream": "GET /admin/streams/{stream}",
  "list-timers": "GET /admin/timers",
  "list-views": "GET /admin/views",
  "list-parked": "GET /admin/parked",
  "list-jobs": "GET /admin/jobs",
  "rebuild-view": "POST /admin/views/{view}/rebuilds",
  "return-view": "POST /admin/views/{view}/return",
  "drop-generations": "DELETE /admin/views/{view}/generations",
  "retry-parked": "POST /admin/parked/{consumer}/{stream}/retry",
  "skip-parked": "POST /admin/parked/{consumer}/{stream}/skip",
  "forget-person": "POST /admin/people/{subject}/forgetting",
  "verify-store": "POST /admin/verifications",
};
