-- SPDX-License-Identifier: BSD-3-Clause
-- Stand-in for a site's MPI module: Debian's Open MPI under its name.
-- In a flat tree the version names the compiler (4.1.6-GCC-13.2.0) to load.

local name = myModuleName()
local version, compiler = myModuleVersion():match("^([^-]+)-?(.*)$")

help(name .. " " .. version .. [[ of the rehearsal cluster.
It is a stand-in: mpicc, mpirun and the libraries are those of this Debian
machine.]])

whatis("Description: stand-in for " .. name .. " " .. version
    .. ": the Open MPI of this Debian machine")

conflict(name)

if compiler ~= "" then
    depends_on((compiler:gsub("-", "/", 1)))
end

setenv("EBROOT" .. name:upper(), "/usr")
setenv("EBVERSION" .. name:upper(), version)
