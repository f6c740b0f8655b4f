# SPDX-License-Identifier: BSD-3-Clause
# Commands side by side.

# together COMMAND...: in the background, a few at a time, since most of a short
# run is waiting for its start. all_together N waits for these N commands, and
# shows those that failed.
together() {
    local number=$((together_count++)) here=$PWD
    while [ "$(jobs -rp | wc -l)" -ge 4 ]; do wait -n || true; done
    mkdir "alone.$number"
    (
        trap 'echo $? >"$here/ended.$number"' EXIT
        cd "alone.$number" || exit
        "$@"
    ) >"said.$number" 2>&1 </dev/null 3>&- &
}
together_count=0

all_together() {
    local number failed=0
    wait
    [ "$together_count" -eq "$1" ]
    for ((number = 0; number < $1; number++)); do
        if [ "$(<"ended.$number")" != 0 ]; then
            cat "said.$number"
            failed=1
        fi
    done
    [ $failed -eq 0 ]
}
