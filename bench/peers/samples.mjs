// The events of package score, with the same bytes.
const note = "a note of the referee. ".repeat(8);
const player = (i) => `0192d3c8-5b1f-7cc3-98c4-${String(i % 16).padStart(12, "0")}`;

export const sample = (i) => ({ player: player(i), points: 1 + (i % 7), at: new Date(1930367167089 + i).toISOString(), note });
export const empty = () => ({ points: 0, turns: 0, last: "" });
export const evolve = (t, data) => ({ points: t.points + data.points, turns: t.turns + 1, last: data.at });

export const perStream = 100;

// decide is the command's decision.
export function decide(i) {
  const { player, points, note } = sample(i);
  if (points < 1) throw new Error("a score has at least one point");
  return { player, points, at: new Date().toISOString(), note };
}

// measure has writers do commands between them, going round the games, and prints it as `go test -bench` would.
export async function measure({ by, writers, games, commands }, execute) {
  let begun = 0;
  const writer = async (w) => {
    for (let i = 0; begun++ < commands; i++) await execute((w + i * writers) % games, i);
  };
  const at = process.hrtime.bigint();
  await Promise.all(Array.from({ length: writers }, (_, w) => writer(w)));
  const ns = Number(process.hrtime.bigint() - at);
  process.stdout.write(`BenchmarkCommand/by=${by}/writers=${writers}-${(await import("node:os")).availableParallelism()} ` +
    `${commands} ${Math.round(ns / commands)} ns/op ${(commands / ns * 1e9).toFixed(1)} commands/s\n`);
}
