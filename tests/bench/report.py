# SPDX-License-Identifier: BSD-3-Clause
"""What tests/bench/schemes writes: the tables, CSV and JSON, and the plot.

Every ratio is the median over the rounds of the ratio within a round, for the
rounds in which both took part.
"""
import csv
import json
import os
import subprocess
import sys
from statistics import median

# What a point costs in the fast row on an even grid: places for a multiply-add
# of one number, products and sums included. See kernels/README.md, "Slots".
SLOTS = 7.75
OFF = 0.15
FAST = ("plain", "simd")


class Results:
    """All runs, and what can be asked of them."""

    def __init__(self, programs, probes):
        self.programs, self.probes = programs, probes
        # What each core reaches when nothing disturbs it: one probe in ten
        # is faster. The median would hide a core that is halved for long.
        self.usual = [sorted(probe["alone"][core] for probe in probes)
                      [len(probes) * 9 // 10]
                      for core in range(len(probes[0]["alone"]))]

    def find(self, name, math, grid, workers):
        for program in self.programs:
            if (program.name, program.math, program.grid,
                    program.workers) == (name, math, grid, workers):
                return program
        return None

    def is_off(self, run):
        """Whether a core was not as fast as usual just before or after."""
        return any(abs(now - usual) > OFF * usual
                   for number in (run["before"], run["after"])
                   for now, usual in zip(self.probes[number]["alone"],
                                         self.usual))

    def runs_off(self, program):
        return sum(self.is_off(run) for run in program.runs)

    def mark(self, program):
        """A star where half the runs or more were off: the median is."""
        return "*" if 2 * self.runs_off(program) >= len(program.runs) else ""

    def ratios(self, above, below, key):
        """Of two programs, one ratio for each round that has both."""
        if above is None or below is None:
            return []
        ours = {run["round"]: run[key] for run in below.runs}
        return [run[key] / ours[run["round"]] for run in above.runs
                if run["round"] in ours]

    def rate(self, run, kind, last="after"):
        """Multiply-adds a nanosecond around a run: of its core alone if that
        is known, else the mean of all cores."""
        values = []
        for number in (run["before"], run[last]):
            probe = self.probes[number]
            rates = probe[kind]
            if kind == "alone" and run.get("cpu") in probe["cpu"]:
                rates = [rates[probe["cpu"].index(run["cpu"])]]
            values.append(sum(rates) / len(rates))
        return sum(values) / 2

    def efficiency(self, name, math, grid):
        """T1 / (4 T4), the probe's slowdown of busy neighbours taken out."""
        one, four = (self.find(name, math, grid, n) for n in (1, 4))
        if one is None or four is None:
            return []
        key, last = (("warm_median_s", "warm_after") if math == "simd"
                     else ("inside_s", "after"))
        alone = {run["round"]: (run[key], self.rate(run, "alone", last))
                 for run in one.runs}
        found = []
        for run in four.runs:
            if run["round"] in alone:
                time, rate = alone[run["round"]]
                found.append(time / (4 * run[key]) * rate
                             / self.rate(run, "together", last))
        return found


def of(program, key):
    values = [run[key] for run in program.runs if run.get(key) is not None]
    return median(values) if values else None


def digits(value):
    """Three of them, without an exponent."""
    if value is None:
        return "-"
    places = 4 if value < 0.1 else 3 if value < 1 else 2 if value < 10 else 1
    return f"{value:.{places}f}"


def statistics(results, program):
    """One line of the CSV file, one object of the JSON file."""
    whole = [run["whole_s"] for run in program.runs]
    points = program.grid ** 2 if isinstance(program.grid, int) else None
    best = min((run.get("warm_best_s", run["inside_s"])
                for run in program.runs))
    return {
        "program": program.name, "math": program.math, "grid": program.grid,
        "workers": program.workers, "runs": len(whole),
        "runs_off": results.runs_off(program),
        "whole_median_s": median(whole), "whole_best_s": min(whole),
        "inside_median_s": of(program, "inside_s"),
        "warm_median_s": of(program, "warm_median_s"),
        "inside_best_s": best,
        "best_ns_per_point": best * 1e9 / points
        if points and "dot" not in program.name and "blas" not in program.name
        else None,
        "build_s": of(program, "build_s")}


def long_table(results, schemes, pythons, workers):
    columns = [(math, grid) for math in FAST for grid in (10000, 40000)]
    lines = ["Seconds, medians. whole: fork to exit, start-up included. "
             "inside: as the program measures", "its own work, in the same "
             "run.  -: there is no such thing.  *: half the runs or more were",
             f"made while a core was more than {OFF:.0%} off its usual "
             "speed.", "",
             f"{'':25}{'':>7}" + "".join(
                 f"{math + ', grid ' + str(grid):>20}"
                 for math, grid in columns),
             f"{'program':25}{'workers':>7}" + f"{'whole':>10}{'inside':>10}"
             * len(columns)]
    names = [*schemes, *pythons]
    for extra, behind in (("serial, running sum", "serial"),
                          ("mpi, plain mpirun", "mpi"),
                          ("Python mpi4py, as ours", "Python mpi4py")):
        if any(program.name == extra for program in results.programs):
            names.insert(names.index(behind) + 1, extra)
    for name in names:
        there = [n for n in workers
                 if any(results.find(name, *column, n) for column in columns)]
        for n in there or ["-"]:
            line = f"{name:25}{n:>7}"
            for column in columns:
                program = results.find(name, *column, n)
                mark = results.mark(program) if program else ""
                for key in ("whole_s", "inside_s"):
                    value = digits(of(program, key)) if program else "-"
                    line += f"{value + mark:>10}"
            lines.append(line)
    for program in results.programs:
        if program.grid == 10000 and of(program, "build_s") is not None:
            lines.append(f"{program.name} compiles for "
                         f"{digits(of(program, 'build_s'))} s: in whole, not "
                         "in inside.")
    return lines


def product_table(results, workers):
    kinds = sorted({program.name.partition(", ")[2]
                    for program in results.programs
                    if program.name.startswith("numpy dot")})
    lines = ["Product of two 3000 x 3000 matrices on the same library, as it "
             "picks its code and", "as OPENBLAS_CORETYPE tells it to.", "",
             f"{'code':12}{'workers':>8}{'blas whole':>13}{'inside':>9}"
             f"{'numpy whole':>13}{'inside':>9}{'GFlop/s':>9}"]
    for kind in kinds:
        for n in workers:
            line = f"{kind or 'its own pick':12}{n:>8}"
            fastest = []
            for name, width in (("blas", 13), ("numpy dot", 13)):
                program = results.find(name + (kind and ", " + kind), "plain",
                                       3000, n)
                mark = results.mark(program) if program else ""
                whole = digits(of(program, "whole_s")) if program else "-"
                inside = of(program, "inside_s") if program else None
                fastest += [inside] if inside else []
                line += f"{whole + mark:>{width}}{digits(inside) + mark:>9}"
            lines.append(line + f"{2e-9 * 3000**3 / min(fastest):>9.0f}")
    return lines


def pitfall_table(results):
    found = [program for program in results.programs
             if program.name.startswith("pitfalls")]
    if not found:
        return []
    lines = ["Pitfalls, 4 workers, on their own small grid.", "",
             f"{'mode':16}{'whole':>10}{'inside':>10}  {'check':16}"
             "against one worker (last run)"]
    for program in found:
        mark = results.mark(program)
        verdicts = {run["verdict"] for run in program.runs}
        lines.append(
            f"{program.name.partition('=')[2]:16}"
            f"{digits(of(program, 'whole_s')) + mark:>10}"
            f"{digits(of(program, 'inside_s')) + mark:>10}  "
            f"{'/'.join(sorted(verdicts)):16}"
            + program.runs[-1]["against_one"])
    return lines + [""]


def fast_row(results):
    """The fast row's time for a point, and its share of what the core can."""
    program = results.find("serial", "simd", 40000, 1)
    if program is None:
        return []
    points = 40000.0 ** 2
    time = median(run["warm_median_s"] for run in program.runs) / points * 1e9
    best = min(run["warm_best_s"] for run in program.runs) / points * 1e9
    # Against an undisturbed core, so that no disturbed probe flatters it.
    share = SLOTS / time / max(results.usual)
    return [("simd inner loop, serial, grid 40000", "at most 0.20 ns",
             f"{time:.3f} ns, best {best:.3f} ns", time <= 0.20),
            (f"  {SLOTS} slots a point, of the core's multiply-adds",
             "at least 85 %", f"{share:.0%}", share >= 0.85)]


def targets(results):
    """The targets, each with its figure and whether it is reached."""
    rows = fast_row(results)

    def at_least(what, limit, values, form="{:.0f} times"):
        figure = median(values) if values else None
        rows.append((what, "at least " + form.format(limit),
                     form.format(figure) if values else "-",
                     figure >= limit if values else None))

    def times(what, limit, ours, theirs, key="whole_s", name="simd"):
        above = results.find(*theirs)
        below = results.find(ours, name, 10000, above.workers)
        at_least(what, limit, results.ratios(above, below, key))

    def python(name, n):
        return name, "plain", 10000, n

    for name, limit in (("serial", 300), ("Numba", 85), ("f2py", 45)):
        times(f"serial simd, whole: Python {name}", limit, "serial",
              python(f"Python {name}", 1))
    times("openmp simd, whole, 4: Python f2py OpenMP", 40, "openmp",
          python("Python f2py OpenMP", 4))
    times("threads simd, whole, 4: Python threading", 800, "threads",
          python("Python threading", 4))
    times("multiprocess simd, whole, 4: Python multiprocessing", 180,
          "multiprocess", python("Python multiprocessing", 4))
    times("mpi simd, inside, 4: Python mpi4py", 240, "mpi",
          python("Python mpi4py", 4), "inside_s")
    times("mpi simd, whole, 4: Python mpi4py", 15, "mpi",
          python("Python mpi4py", 4))
    for what, ours, theirs in (
            ("  both by plain mpirun", "mpi, plain mpirun", "Python mpi4py"),
            ("  both by the site's line", "mpi", "Python mpi4py, as ours")):
        values = results.ratios(results.find(*python(theirs, 4)),
                                results.find(ours, "simd", 10000, 4),
                                "whole_s")
        if values:
            rows.append((what, "(no target)", f"{median(values):.1f} times",
                         None))
    for kind in sorted({program.name.partition(", ")[2]
                        for program in results.programs
                        if program.name.startswith("blas")}):
        suffix = kind and ", " + kind
        for n in (1, 4):
            at_least(f"blas{suffix}, inside, {n}: numpy dot", 1.0,
                     results.ratios(
                         results.find("numpy dot" + suffix, "plain", 3000, n),
                         results.find("blas" + suffix, "plain", 3000, n),
                         "inside_s"), "{:.2f} times")
    for name in ("openmp", "threads", "multiprocess", "mpi", "hybrid"):
        for math in FAST:
            at_least(f"efficiency of 4, grid 40000, {math}: {name}",
                     0.92 if name == "hybrid" else 0.95,
                     results.efficiency(name, math, 40000), "{:.3f}")
    ratio = results.ratios(results.find("serial", "plain", 10000, 1),
                           results.find("serial, running sum", "plain", 10000,
                                        1), "inside_s")
    rows.append(("rows in fixed order, plain: a running sum",
                 "at most 1.02 times",
                 f"{median(ratio):.3f} times" if ratio else "-",
                 median(ratio) <= 1.02 if ratio else None))
    return rows


def target_table(rows):
    word = {True: "reached", False: "NOT reached", None: "-"}
    return ["Targets (medians of the ratios within a round)", ""] + [
        f"{what:52}{target:>20}{figure:>26}  {word[reached]}"
        for what, target, figure, reached in rows]


def probe_line(results):
    lines = []
    for kind in ("alone", "together"):
        slowest = median(min(probe[kind]) for probe in results.probes)
        rates = [rate for probe in results.probes for rate in probe[kind]]
        lines.append(
            f"{'a core ' + kind + ':':24}{min(rates):.1f} to "
            f"{max(rates):.1f}, median {median(rates):.1f} multiply-adds a "
            f"ns; the slowest core, median {slowest:.1f}")
    lines.append(f"{'runs off:':24}"
                 f"{sum(map(results.runs_off, results.programs))} of "
                 f"{sum(len(p.runs) for p in results.programs)}")
    return lines


def plot(out, results, names):
    """schemes.svg from tests/bench/plot.gp, and the file it reads."""
    with open(f"{out}/schemes.dat", "w", encoding="utf-8") as file:
        for kind in ("plain", "simd", "Python"):
            for workers in (1, 2, 4):
                print(f"# {kind}, {workers} workers: place, whole, inside",
                      file=file)
                print("NaN NaN NaN", file=file)  # no block without a line
                for place, name in enumerate(names):
                    is_python = name.startswith("Python")
                    program = results.find(
                        name, "plain" if is_python else kind, 10000, workers)
                    if program and is_python == (kind == "Python"):
                        apart = {1: -0.22, 2: 0, 4: 0.22}[workers]
                        if not results.find(name, "plain", 10000, 4):
                            apart = 0
                        print(place + apart, of(program, "whole_s"),
                              of(program, "inside_s"), file=file)
                print("\n", file=file)
    labels = ", ".join(f'"{name}" {place}' for place, name in enumerate(names))
    first = [name.startswith("Python") for name in names].index(True)
    script = os.path.join(os.path.dirname(__file__), "plot.gp")
    subprocess.run(["gnuplot", "-e", f"out = '{out}'; python = {first}; "
                    f"last = {len(names) - 1}; set ytics ({labels})", script],
                   check=True, stdin=subprocess.DEVNULL)


def write(out, facts, rounds, programs, probes, left_out, schemes, pythons,
          workers):
    results = Results(programs, probes)
    rows = targets(results)
    lines = [f"{name + ':':24}{value}"
             for name, value in {**facts, "rounds": rounds}.items()]
    lines += probe_line(results) + [""]
    lines += long_table(results, schemes, pythons, workers) + [""]
    lines += product_table(results, workers) + [""]
    lines += pitfall_table(results)
    lines += [f"left out: {name}: {why}" for name, why in left_out.items()]
    lines += [""] * bool(left_out) + target_table(rows)
    text = "\n".join(lines) + "\n"
    table = [statistics(results, program) for program in programs]
    with open(f"{out}/schemes.txt", "w", encoding="utf-8") as file:
        file.write(text)
    with open(f"{out}/schemes.csv", "w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, table[0].keys())
        sheet.writeheader()
        sheet.writerows(table)
    with open(f"{out}/schemes.json", "w", encoding="utf-8") as file:
        json.dump({
            "facts": facts, "rounds": rounds, "left_out": left_out,
            "targets": [dict(zip(("what", "target", "figure", "reached"), row))
                        for row in rows],
            "programs": [{**entry, "command": program.command,
                          "all_runs": program.runs}
                         for entry, program in zip(table, programs)],
            "probes": probes}, file, indent=1)
    plot(out, results, [name for name in (*schemes, *pythons)
                        if any(p.name == name for p in programs)])
    sys.stdout.write(text)
