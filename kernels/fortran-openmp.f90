! SPDX-License-Identifier: BSD-3-Clause
!
! The two loops of fortran-openmp.c. The rows are shared as in openmp.c, by
! the same directives; the row is that of fortran.f90.
module fortran_openmp
  use, intrinsic :: iso_c_binding, only: c_double, c_int, c_long, c_ptr
  use omp_lib, only: omp_get_thread_num
  implicit none

  ! What the driver offers (driver/driver.h). To Fortran, a run and a worker
  ! are addresses, and what they hold is C's own business.
  interface
     function worker_start(run, number) result(me) bind(C)
       import :: c_int, c_ptr
       type(c_ptr), value :: run
       integer(c_int), value :: number
       type(c_ptr) :: me
     end function worker_start

     subroutine worker_row(me, i) bind(C)
       import :: c_long, c_ptr
       type(c_ptr), value :: me
       integer(c_long), value :: i
     end subroutine worker_row

     subroutine worker_stop(me) bind(C)
       import :: c_ptr
       type(c_ptr), value :: me
     end subroutine worker_stop
  end interface

contains

  subroutine compute(run, workers, grid) bind(C)
    type(c_ptr), value :: run
    integer(c_int), value :: workers
    integer(c_long), value :: grid
    type(c_ptr) :: me
    integer(c_long) :: i

    !$omp parallel num_threads(workers) private(me)
    me = worker_start(run, int(omp_get_thread_num(), c_int))

    !$omp do schedule(runtime)
    do i = 0, grid - 1
       call worker_row(me, i)
    end do
    !$omp end do nowait
    call worker_stop(me)
    !$omp end parallel
  end subroutine compute

  function row(total, x, h, n) result(sum) bind(C)
    real(c_double), value :: total, x, h
    integer(c_long), value :: n
    real(c_double) :: sum
    integer(c_long) :: j

    sum = total
    do j = 0, n - 1
       sum = sum + sin(x + h * (real(j, c_double) + 0.5_c_double))
    end do
  end function row

end module fortran_openmp
