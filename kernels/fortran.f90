! SPDX-License-Identifier: BSD-3-Clause
!
! One row in Fortran: total + sin(x + y) for y = h (j + 1/2), j = 0 ... n - 1,
! added one after the other. bind(C), the C kinds and value make it a function
! that a C program calls like one of its own.
!
! Every constant has its kind. 0.5 without one is single precision: still exact
! for a half, but a pi written that way has lost half of its digits.
function fortran_row(total, x, h, n) result(sum) bind(C)
  use, intrinsic :: iso_c_binding, only: c_double, c_long
  implicit none
  real(c_double), value :: total, x, h
  integer(c_long), value :: n
  real(c_double) :: sum
  integer(c_long) :: j

  sum = total
  do j = 0, n - 1
     sum = sum + sin(x + h * (real(j, c_double) + 0.5_c_double))
  end do
end function fortran_row
