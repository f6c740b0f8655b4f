-- SPDX-License-Identifier: BSD-3-Clause
-- Stand-in for a site's module of a library or program that one scheme needs:
-- Debian's own under its name, if this machine has it.
-- In a flat tree the version names the compiler (0.3.24-GCC-13.2.0) to load.

local name = myModuleName()
local version = myModuleVersion()
local number, compiler = version:match("^([^-]+)-(GCC-[%d.]+)$")

help(name .. " " .. version .. [[ of the rehearsal cluster.
It is a stand-in: what is found is that of this Debian machine, if anything.]])

whatis("Description: stand-in for " .. name .. " " .. version
    .. ": the " .. name .. " of this Debian machine, if it has one")

conflict(name)

if compiler then
    depends_on((compiler:gsub("-", "/", 1)))
end

setenv("EBROOT" .. name:upper(), "/usr")
setenv("EBVERSION" .. name:upper(), number or version)
