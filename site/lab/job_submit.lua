-- SPDX-License-Identifier: BSD-3-Clause
-- The rules of each site, as its own Slurm would apply them.
-- Which site a job comes from is in the SLURM_CONF of its environment: every
-- site has its own folder etc/<site> with the same slurm.conf. srun and salloc
-- send no environment; then the account tells.

local account_form = {
    hpc2n = { "^hpc2n%d%d%d%d%-%d+$" },
    uppmax = { "^uppmax%d%d%d%d%-%d+%-%d+$", "^naiss%d%d%d%d%-%d+%-%d+$" },
}

local account_words = {
    hpc2n = "hpc2nXXXX-YYY",
    uppmax = "uppmaxYYYY-X-ZZZ or naissYYYY-X-ZZZ",
}

local function fits(site, account)
    for _, form in ipairs(account_form[site]) do
        if account:match(form) then
            return true
        end
    end
    return false
end

local function site_of(job)
    local conf = job.environment and job.environment["SLURM_CONF"]
    local site = conf and conf:match("/etc/([^/]+)/slurm%.conf$")
    if account_form[site] then
        return site
    end
    for name in pairs(account_form) do
        if job.account and fits(name, job.account) then
            return name
        end
    end
    return nil
end

-- Slurm's number for it; its Lua knows the names of some errors only.
local INVALID_PARTITION_NAME = 2000

local function refuse(code, ...)
    slurm.log_user(...)
    return code
end

function slurm_job_submit(job, partitions, uid)
    local site = site_of(job)
    local words = account_words[site]
        or (account_words.hpc2n .. ", " .. account_words.uppmax)
    if not job.account then
        return refuse(slurm.ESLURM_INVALID_ACCOUNT,
            "No account: say which project pays, with -A %s.", words)
    end
    if not site or not fits(site, job.account) then
        return refuse(slurm.ESLURM_INVALID_ACCOUNT,
            "Account %s is not one of this site; accounts here look like %s.",
            job.account, words)
    end
    if site == "hpc2n" then
        if job.partition then
            return refuse(INVALID_PARTITION_NAME,
                "Partition %s: leave out -p, the system chooses the partition.",
                job.partition)
        end
        job.partition = "batch"
    elseif job.partition == "batch" then
        return refuse(INVALID_PARTITION_NAME,
            "Partition batch does not exist here; use pelle or fat, or no -p.")
    end
    return slurm.SUCCESS
end

function slurm_job_modify(job, record, partitions, uid)
    return slurm.SUCCESS
end

return slurm.SUCCESS
