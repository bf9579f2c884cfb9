#include "net/http_message.hpp"

#include <gtest/gtest.h>

#include "net/net_error.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

const UnixNanos kDate = parse_iso8601("1994-11-06T08:49:37Z").value();

TEST(RetryAfter, ReadsSeconds) {
  EXPECT_EQ(parse_retry_after("120", kDate), 120s);
  EXPECT_EQ(parse_retry_after(" 0 ", kDate), 0s);
}

TEST(RetryAfter, IsBounded) {
  EXPECT_EQ(parse_retry_after("999999999", kDate), kMaxRetryAfter);
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", kDate), kMaxRetryAfter);
  EXPECT_EQ(parse_retry_after("Fri, 31 Dec 2100 23:59:59 GMT", kDate), kMaxRetryAfter);
}

TEST(RetryAfter, ReadsTheThreeFormsOfAnHttpDate) {
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_retry_after(text, kDate - 90s), 90s) << text;
    EXPECT_EQ(parse_retry_after(text, kDate + 90s), 0s) << text;
  }
}

TEST(RetryAfter, RefusesWhatIsNeither) {
  for (const char* text : {"", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994",
                           "Sun, x Nov 1994 08:49:37 GMT", "1 2 3 4 5 6 7 8 9 10 11 12"}) {
    EXPECT_EQ(parse_retry_after(text, kDate), std::nullopt) << text;
  }
}

TEST(HttpHeaders, AreFoundInAnyCase) {
  const HttpResponse response{200, {{"X-MBX-USED-WEIGHT-1M", "7"}, {"x-mbx-used-weight-1m", "8"}}, ""};
  EXPECT_EQ(response.header("x-mbx-used-weight-1m"), "7");
  EXPECT_EQ(response.header("x-mbx-used-weight"), "");
  EXPECT_EQ(find_header(response.headers, "Retry-After"), nullptr);
}

TEST(HttpStatus, HasItsWords) {
  for (const int status : {101, 200, 204, 301, 302, 304, 400, 401, 403, 404, 405, 408, 409,
                           410, 413, 418, 426, 429, 431, 451, 500, 501, 502, 503, 504}) {
    EXPECT_FALSE(status_text(status).empty()) << status;
  }
  EXPECT_EQ(status_text(599), "");
}

TEST(NetError, NamesEveryFaultAndStageAndSaysWhatToDo) {
  for (int i = 0; i <= static_cast<int>(NetFault::kCancelled); ++i)
    EXPECT_NE(to_string(static_cast<NetFault>(i)), "unknown");
  for (int i = 0; i <= static_cast<int>(NetStage::kClosing); ++i)
    EXPECT_NE(to_string(static_cast<NetStage>(i)), "unknown");
  EXPECT_EQ(code_of(NetFault::kTimeout), ErrorCode::kRetry);
  EXPECT_EQ(code_of(NetFault::kCertificate), ErrorCode::kRefused);
  EXPECT_EQ(code_of(NetFault::kTooLarge), ErrorCode::kBadInput);
  EXPECT_EQ(code_of(NetFault::kCancelled), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace acts
