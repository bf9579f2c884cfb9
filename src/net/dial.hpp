// For net/ itself: from a URL to a connection, by way of resolver, proxy and TLS.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "acts/base/time.hpp"

#include "net/attempt.hpp"
#include "net/byte_stream.hpp"
#include "net/event_loop_impl.hpp"
#include "net/proxy.hpp"
#include "net/url.hpp"

namespace acts {

struct DialTarget {
  Url url;
  std::optional<Proxy> proxy;  // by CONNECT, whatever the scheme
  std::string ca_file;
  Nanos address_timeout{0};
};

// Sets attempt->stage as it goes. The loop outlives the task. Errors: kResolve and kConnect, of the server's own host
// alone; kProxy; kTls, kCertificate; or what ended the attempt.
Task<NetResult<std::shared_ptr<ByteStream>>> dial(EventLoop::Impl& loop, DialTarget target,
                                                  std::shared_ptr<Attempt> attempt);

}  // namespace acts
