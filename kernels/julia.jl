# SPDX-License-Identifier: BSD-3-Clause
#
# One row in Julia: sum + sin(x + y) for y = h (j + 1/2), j = 0 ... n - 1,
# added one after the other.

# The C library's sine. Julia has one of its own, as good as this one, but in
# places it rounds the other way, and all schemes are to give the same bits.
sine(v) = ccall((:sin, "libm.so.6"), Float64, (Float64,), v)

# The j + 1/2 is counted up as a Float64, where it is exact. Converting an
# integer j gives the same bits, but in Julia 1.5 on x86 half the speed: it
# writes half a register, and so waits until the sine before has left it.
function row(sum::Float64, x::Float64, h::Float64, n::Clong)
    middle = 0.5
    for j in 1:n
        sum += sine(x + h * middle)
        middle += 1
    end
    return sum
end

# The last value is what the C program gets: the address of row() for C, called
# like any C function, with no number wrapped into an object of Julia's.
@cfunction(row, Float64, (Float64, Float64, Float64, Clong))
