#include "backtest/latency_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace acts::backtest {
namespace {

Result<sim::LatencyModel> read(const std::string& text) { return read_latencies(read_from_memory(text), "l.csv"); }

std::string refusal(const std::string& text) {
  const auto model = read(text);
  return model ? "" : model.error().message;
}

TEST(LatencyFile, IsReadWithOrWithoutAHeader) {
  for (const std::string header : {"", "req_ts,exch_ts,resp_ts\n"}) {
    auto model = read(header + "1000,1010,1030\r\n\n2000,2030,2050");
    ASSERT_TRUE(model.has_value()) << model.error().message;
    EXPECT_EQ(model->entry({1500}).latency.span(), Nanos{20});
    EXPECT_EQ(model->response({1010}).span(), Nanos{20});
  }
}

TEST(LatencyFile, IsRefusedWithPlaceAndRemedy) {
  EXPECT_EQ(refusal(""), "l.csv: there is no latency in it");
  const std::string form = "three times in nanoseconds are needed: req_ts,exch_ts,resp_ts";
  EXPECT_EQ(refusal("1000,1010,1030\n1,2\n"), "l.csv:2: " + form);
  EXPECT_EQ(refusal("1000,1010,1030,0\n"), "l.csv:1: " + form);
  EXPECT_EQ(refusal("1000,1010,x\n"), "l.csv:1: " + form);
  EXPECT_EQ(refusal("-5,1010,1030\n"), "l.csv:1: " + form);
  EXPECT_EQ(refusal("99999999999999999999,1,2\n"), "l.csv:1: " + form);
  EXPECT_EQ(refusal("1000,990,1030\n"),
            "l.csv: row 1: its times go back: request, venue and response stand in this order");
  EXPECT_EQ(read_latencies("/nowhere.csv").error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace acts::backtest
