#include "net/dial.hpp"

#include <fmt/format.h>

#include "net/net_test.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

// A host of three addresses, of which the last alone answers.
class DialTest : public NetTest {
 protected:
  DialTest() {
    loop.impl().names.set_resolve([](const std::string&) {
      NameLookups::Answer answer;
      for (const char* address : {"127.0.0.1", "127.0.0.2", "127.0.0.3"}) {
        answer.addresses.push_back(asio::ip::make_address(address));
      }
      return answer;
    });
    serve({.address = "127.0.0.3", .port = first_.port()}, {}, echo);
  }

  bool opens_within(Nanos limit) {
    WsConnect options = ws_options(fmt::format("ws://venue.example:{}/", first_.port()));
    options.connect_timeout = limit;
    WsProbe probe(loop, clock, options);
    probe.client->open();
    EXPECT_TRUE(run_until([&] { return probe.opens > 0 || probe.closed.has_value(); }));
    return probe.opens > 0;
  }

  const FullBacklog first_{"127.0.0.1"};
  const FullBacklog second_{"127.0.0.2", first_.port()};
};

// Each address had 5 s of an attempt's ten, and every attempt began at the first one.
TEST_F(DialTest, ReachesTheAddressBehindSilentOnesInOneAttempt) { EXPECT_TRUE(opens_within(10s)); }

TEST_F(DialTest, GoesOnInTheNextAttemptWithTheAddressesThatOneHadNoTimeFor) {
  int attempts = 1;
  // By a machine that is slow the third attempt is not the last one.
  while (!opens_within(100ms) && attempts < 100) ++attempts;
  EXPECT_GE(attempts, 3);
  EXPECT_LT(attempts, 100);
}

}  // namespace
}  // namespace acts
