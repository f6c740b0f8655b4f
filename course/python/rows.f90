! SPDX-License-Identifier: BSD-3-Clause
! The loop in Fortran, for fortran.py and fortran-openmp.py, which say how to
! compile it. A line that begins with !$omp is a comment unless the compiler
! is told -fopenmp. Note the d0: a constant without it has 7 digits.
function rows(first, end, n) result(total)
   implicit none
   integer, intent(in) :: first, end, n
   double precision :: total, h, x, y
   integer :: i, j

   h = acos(-1.0d0) / n
   total = 0.0d0
   !$omp parallel do private(x, y, j) reduction(+:total)
   do i = first, end - 1
      x = h * (i + 0.5d0)
      do j = 0, n - 1
         y = h * (j + 0.5d0)
         total = total + sin(x + y)
      end do
   end do
   !$omp end parallel do
   total = total * h * h
end function rows
