-- SPDX-License-Identifier: BSD-3-Clause
-- Stand-in for a site's compiler module: Debian's compiler under its name.
-- In a hierarchical tree it opens the folder of what was built with it.

local name, version = myModuleName(), myModuleVersion()

help(name .. " " .. version .. [[ of the rehearsal cluster.
It is a stand-in: gcc, g++ and gfortran are those of this Debian machine.]])

whatis("Description: stand-in for " .. name .. " " .. version
    .. ": the compiler of this Debian machine")

conflict(name)

local tree = myFileName():match("^(.*)/Core/")
if tree then
    prepend_path("MODULEPATH", pathJoin(tree, "Compiler", name, version))
end

setenv("EBROOT" .. name:upper(), "/usr")
setenv("EBVERSION" .. name:upper(), version)
