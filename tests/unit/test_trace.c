/* SPDX-License-Identifier: BSD-3-Clause */
/* A job's use over time, and when its workers were busy. */
#include "scratch.h"

#include <jansson.h>
#include <math.h>

#include "lanes.h"
#include "trace.h"

static struct trace trace;
static struct lanes lanes;
static struct look look;

static void assert_near(double found, double expected)
{
    assert_true(fabs(found - expected) <= 1e-5 * fabs(expected) + 1e-9);
}

/* Two seconds, two cores of four busy, one of them all the time. */
static void add_look(double t_s)
{
    look = (struct look){.mem_mib = 10, .busy_threads = 2, .ready_threads = 2};
    for (int cpu = 0; cpu < 4; cpu++)
        look.allowed[cpu] = true;
    look.core_s[1] = 2;
    look.core_s[3] = 1;
    assert_int_equal(trace_add_look(&trace, t_s, 2, &look), 0);
}

static void looks_become_cores_and_their_shares(void **state)
{
    (void)state;
    add_look(2);
    add_look(4);
    assert_int_equal(trace.cores, 4);
    assert_int_equal(trace.count, 2);
    assert_near(trace_busy(&trace), 1.5);
    assert_near(trace_core(&trace, 0), 0);
    assert_near(trace_core(&trace, 1), 1);
    assert_near(trace_core(&trace, 3), 0.5);
    assert_true(isnan(trace_core(&trace, 4)));
    assert_near(trace_length_s(&trace), 4);
    assert_int_equal(trace.busy_threads, 2);
    trace_release(&trace);
}

static void a_core_that_comes_later_was_not_known_before(void **state)
{
    (void)state;
    add_look(2);
    look.core_s[7] = 1;
    assert_int_equal(trace_add_look(&trace, 4, 2, &look), 0);
    assert_int_equal(trace.cores, 5);
    assert_int_equal(trace.point[0].cores, 4);
    /* its mean is that of the time since: half, not a quarter */
    assert_near(trace_core(&trace, 4), 0.5);
    trace_release(&trace);
}

static void nothing_seen_is_no_number(void **state)
{
    (void)state;
    assert_true(isnan(trace_busy(&trace)));
    assert_true(isnan(trace_mem_mib(&trace)));
    assert_int_equal(trace_add(&trace, 1, 1, NAN, NAN), 0);
    assert_true(isnan(trace_busy(&trace)));
    assert_int_equal(trace_add(&trace, 2, 1, 3, NAN), 0);
    assert_near(trace_busy(&trace), 3);
    trace_release(&trace);
}

/* However long it is: the same mean, the same peak, the same length. */
static void a_long_trace_stays_short_and_right(void **state)
{
    enum { LOOKS = 5000 };
    (void)state;
    for (int i = 1; i <= LOOKS; i++) {
        look = (struct look){.mem_mib = i == 777 ? 99 : 1};
        look.core_s[0] = i % 2 ? 0.25 : 0.75;
        assert_int_equal(trace_add_look(&trace, i, 1, &look), 0);
    }
    assert_true(trace.count <= TRACE_POINTS);
    assert_near(trace_length_s(&trace), LOOKS);
    assert_near(trace_busy(&trace), 0.5);
    assert_near(trace_core(&trace, 0), 0.5);
    assert_near(trace_mem_mib(&trace), 99);
    for (size_t i = 1; i < trace.count; i++)
        assert_near(trace.point[i].t_s - trace.point[i].length_s,
                    trace.point[i - 1].t_s);
    trace_release(&trace);
}

static void what_is_kept_is_read_as_it_was(void **state)
{
    struct trace again;
    struct error err;
    char file[128];
    (void)state;
    add_look(2);
    assert_int_equal(trace_add(&trace, 4, 2, NAN, NAN), 0);
    trace.steps_s = 3;
    trace.steps_at_s = 3.5;
    assert_int_equal(trace_save(&trace, folder, 12, &err), 0);
    assert_int_equal(trace_load(&again, folder, 12, &err), 0);
    assert_int_equal(again.count, 2);
    assert_int_equal(again.cores, 4);
    assert_near(trace_core(&again, 3), 0.5);
    assert_true(isnan(again.point[1].busy));
    assert_near(again.steps_s, 3);
    assert_near(again.steps_at_s, 3.5);
    assert_int_equal(again.busy_threads, 2);
    trace_release(&again);
    trace_release(&trace);
    snprintf(file, sizeof file, "%s/usage_12.json", folder);
    unlink(file);
}

static void a_file_that_is_none_is_named(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "{\"core\": [], \"point\": [{}]}",
        "{\"core\": [-1], \"point\": []}",
        "{\"core\": [9999], \"point\": []}",
        "{\"core\": [], \"point\": [{\"t_s\": 1, \"length_s\": 0, "
        "\"core_busy\": []}]}",
        "{\"core\": [], \"point\": [{\"t_s\": 1, \"length_s\": 1, "
        "\"core_busy\": [1]}]}"};
    struct error err;
    char file[128];
    (void)state;
    snprintf(file, sizeof file, "%s/usage_12.json", folder);
    for (size_t i = 0; i < COUNT(texts); i++) {
        FILE *out = fopen(file, "w");
        assert_non_null(out);
        assert_true(fputs(texts[i], out) >= 0);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(trace_load(&trace, folder, 12, &err), -1);
        assert_non_null(strstr(err.text, "usage_12.json"));
        assert_null(trace.point);
    }
    unlink(file);
    assert_int_equal(trace_load(&trace, folder, 12, &err), 0);
    assert_int_equal(trace.count, 0);
}

static void read_record(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    assert_int_equal(lanes_read(json, &lanes), 0);
    json_decref(json);
}

/* Two repeats of a second, and half a second between them. */
static void a_record_tells_when_workers_were_busy(void **state)
{
    (void)state;
    read_record("{\"time_s\": [1, 1], \"worker\": [{\"host\": \"a\", \"core\": "
                "0, \"busy_s\": 2}, {\"host\": \"a\", \"core\": 0, \"busy_s\": "
                "0.5}, {\"host\": \"b\", \"core\": 0, \"busy_s\": null}],"
                " \"timeline\": {\"repeat\": \"7000000+1000000 "
                "8500000+1000000\", \"worker\": [\"0+1000000 0+1000000\", "
                "\"500000+500000 -\", \"rubbish\"]}}");
    assert_int_equal(lanes.count, 3);
    assert_int_equal(lanes.repeats, 2);
    assert_near(lanes.span_s, 2.5);
    assert_near(lanes.lane[0].busy, 1);
    assert_near(lanes.lane[1].busy, 0.25);
    assert_true(isnan(lanes.lane[2].busy));
    assert_int_equal(lanes.lane[0].count, 2);
    assert_near(lane_busy(&lanes.lane[0], 0, 1), 1);
    assert_near(lane_busy(&lanes.lane[0], 1, 1.5), 0);
    assert_near(lane_busy(&lanes.lane[0], 1.5, 2.5), 1);
    assert_near(lane_busy(&lanes.lane[1], 0, 1), 0.5);
    assert_int_equal(lanes.lane[1].count, 1);
    assert_int_equal(lanes.lane[2].count, 0);
    assert_int_equal(lanes_cores(&lanes), 2);
    assert_near(lanes_least(&lanes), 0.25);
    assert_near(lanes_most(&lanes), 1);
    lanes_release(&lanes);
}

static void a_record_without_a_timeline_has_workers_without_times(void **state)
{
    (void)state;
    read_record("{\"time_s\": [2], \"worker\": [{\"host\": \"a\", \"core\": "
                "null, \"busy_s\": 1}]}");
    assert_int_equal(lanes.count, 1);
    assert_near(lanes.lane[0].busy, 0.5);
    assert_int_equal(lanes.lane[0].core, -1);
    assert_int_equal(lanes_cores(&lanes), 0);
    assert_near(lanes.span_s, 0);
    lanes_release(&lanes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_become_cores_and_their_shares),
        cmocka_unit_test(a_core_that_comes_later_was_not_known_before),
        cmocka_unit_test(nothing_seen_is_no_number),
        cmocka_unit_test(a_long_trace_stays_short_and_right),
        cmocka_unit_test_setup_teardown(what_is_kept_is_read_as_it_was, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(a_file_that_is_none_is_named, enter,
                                        leave),
        cmocka_unit_test(a_record_tells_when_workers_were_busy),
        cmocka_unit_test(a_record_without_a_timeline_has_workers_without_times),
    };
    (void)put;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
