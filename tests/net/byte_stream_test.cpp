#include "net/byte_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>

namespace acts {
namespace {

TEST(ByteStream, IsLetGoOfWithTheLoopWhileItFinishes) {
  auto loop = std::make_unique<boost::asio::io_context>();
  std::weak_ptr<ByteStream> left;
  {
    boost::asio::ip::tcp::acceptor acceptor(*loop, {boost::asio::ip::address_v4::loopback(), 0});
    boost::asio::ip::tcp::socket peer(*loop);
    peer.connect(acceptor.local_endpoint());
    const std::shared_ptr<ByteStream> stream = make_plain_stream(acceptor.accept());
    left = stream;
    stream->finish([stream](const boost::system::error_code&, std::size_t) { ADD_FAILURE() << "nobody ran the loop"; });
  }
  EXPECT_FALSE(left.expired()) << "who waits for its end keeps it";
  loop.reset();
  EXPECT_TRUE(left.expired());
}

}  // namespace
}  // namespace acts
