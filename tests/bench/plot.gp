# SPDX-License-Identifier: BSD-3-Clause
# The plot of tests/bench/schemes. report.py writes schemes.dat and sets out,
# the names on the axis, and the numbers of the first name in Python and of the
# last. Colours that the colour-blind can tell apart, shapes that need none.
data = out."/schemes.dat"
array colour[3] = ["#d55e00", "#0072b2", "#000000"]
array kind[3] = ["plain", "simd", "Python"]
array shape[6] = [6, 8, 4, 7, 9, 5] # open, filled: circle, triangle, square
symbol(k, w) = shape[w + 1 + (k == 0 ? 0 : 3)]
label(k, w) = sprintf("%s, %d worker%s", kind[k + 1], 2**w, w == 0 ? "" : "s")
title(what) = what." (seconds, grid 10000)"

set terminal svg size 1000,640 font "Helvetica,13" background "white"
set output out."/schemes.svg"
set multiplot layout 1,2 margins 0.17,0.98,0.22,0.93 spacing 0.02
set logscale x
set format x "%g"
set xrange [0.003:20]
set yrange [last + 0.6:-0.6]
set border 1
set tics nomirror scale 0.5
set grid xtics ytics lc rgb "#d0d0d0" lw 0.7
set arrow from graph 0, first python - 0.5 to graph 1, first python - 0.5 \
    nohead lc rgb "#808080"
set key at screen 0.98,0.13 right top maxrows 3 samplen 1 spacing 1.1

set title title("Whole process")
set nokey
plot for [k = 0:2] for [w = 0:2] data index 3*k + w \
    using 2:1 with points pt symbol(k, w) ps 0.9 \
    lc rgb colour[k + 1] title label(k, w)

set title title("Its own work, as it measures it")
set ytics 0,1,last
set format y ""
set key
plot for [k = 0:2] for [w = 0:2] data index 3*k + w \
    using 3:1 with points pt symbol(k, w) ps 0.9 \
    lc rgb colour[k + 1] title label(k, w)
unset multiplot
