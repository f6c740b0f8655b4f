-- SPDX-License-Identifier: BSD-3-Clause
-- Stand-in for the modules a site loads at login and "ml purge" leaves alone.

help(myModuleName() .. [[ of the rehearsal cluster.
It is a stand-in that changes nothing; "ml purge" keeps it, as on the site.]])

whatis("Description: stand-in for the " .. myModuleName()
    .. " module of the site; sticky")

add_property("lmod", "sticky")
