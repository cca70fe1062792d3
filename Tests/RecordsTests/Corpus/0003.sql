PRAGMA application_id = 1835158631;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE events (
    seq           INTEGER PRIMARY KEY,
    run           INTEGER NOT NULL,
    at            TEXT    NOT NULL, -- RFC 3339, UTC, nanoseconds; shown, never used for order
    mono_ns       INTEGER NOT NULL, -- monotonic clock, for durations within a run
    service       TEXT,
    type          TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    body          TEXT    NOT NULL CHECK (json_valid(body)),
    operation     TEXT,
    previous_hash BLOB,             -- hash of seq - 1; NULL for seq 1
    hash          BLOB              -- SHA-256 over previous_hash (32 zero bytes when NULL) and then, in the order
                                    -- of the columns, seq to operation, each as an 8-byte big-endian length and
                                    -- its bytes: text as UTF-8, integers as 8 bytes big-endian, NULL as the
                                    -- length 2^64 - 1 alone
) STRICT;
INSERT INTO "events" VALUES(1,1,'2026-01-01T00:00:00.000000000Z',0,NULL,'run.started',1,'{"arguments":["--timeout","5"],"command":"start","definition":"9f31c2aabb","definition_path":"/home/x/Miniboss.swift","engine":"20.10.24","engine_id":"E","group":"demo","network":"miniboss-demo","pid":41,"services":[{"dependencies":[],"image":"db:1","name":"db","origin":"Miniboss.swift:24","type_name":"T"},{"dependencies":[],"image":"app:1","name":"app","origin":"Miniboss.swift:24","reads":{"env.A":["key","other"],"image":["key"]},"type_name":"T"}]}',NULL,NULL,X'8E8A5475AB5C251CE1FE5F8B43D907A328CC8286437E8704DEEA70EB7532DAF1');
INSERT INTO "events" VALUES(2,1,'2026-01-01T00:00:00.000000000Z',1,'db','service.state_changed',1,'{"cause":"a cause","event":"planned","from":"absent","to":"waiting"}',NULL,X'8E8A5475AB5C251CE1FE5F8B43D907A328CC8286437E8704DEEA70EB7532DAF1',X'B2E1307B5CD51757935A8F2A26B4B060C4BAE5F5EDA8EEF3847DF20287C6BAC6');
INSERT INTO "events" VALUES(3,1,'2026-01-01T00:00:00.000000000Z',2,'db','service.state_changed',1,'{"cause":"a cause","event":"create_began","from":"waiting","to":"creating"}',NULL,X'B2E1307B5CD51757935A8F2A26B4B060C4BAE5F5EDA8EEF3847DF20287C6BAC6',X'D74481445D8CC289EEA615D23D67EC58A2AF59D079AAC54EADBA691293BF050E');
INSERT INTO "events" VALUES(4,1,'2026-01-01T00:00:00.000000000Z',3,'db','step.intended',1,'{"cause":"none","spec":{"env":{"A":"1","P":"******"},"image":"db:1","image_id":"sha256:1","network":"miniboss-demo","ports":[],"secret_keys":["P"],"secret_marks":{"P":"1234abcd"},"stop_signal":"SIGTERM","volumes":[]},"step":"create_container","target":"db"}','cdb-1',X'D74481445D8CC289EEA615D23D67EC58A2AF59D079AAC54EADBA691293BF050E',X'28EC4AB62AAB58177F53E847B299EC9D00063DDB5D0BD87FA9C24882F1B8D745');
INSERT INTO "events" VALUES(5,1,'2026-01-01T00:00:00.000000000Z',4,'db','step.succeeded',1,'{"result":"db-1","seconds":0.25,"step":"create_container","target":"db"}','cdb-1',X'28EC4AB62AAB58177F53E847B299EC9D00063DDB5D0BD87FA9C24882F1B8D745',X'6EB342EADAA75B0D5060262D078B2E42C930FC3E0F1D3A5A29AA560804D4E384');
INSERT INTO "events" VALUES(6,1,'2026-01-01T00:00:00.000000000Z',5,'db','service.state_changed',1,'{"cause":"a cause","container_id":"db-1","event":"container_created","from":"creating","to":"created"}',NULL,X'6EB342EADAA75B0D5060262D078B2E42C930FC3E0F1D3A5A29AA560804D4E384',X'0DD9577EFDF305C302FD489AE27BE5BA867F2911AADB46A123D711217532BE34');
INSERT INTO "events" VALUES(7,1,'2026-01-01T00:00:00.000000000Z',6,'db','service.state_changed',1,'{"cause":"a cause","event":"start_began","from":"created","to":"starting"}',NULL,X'0DD9577EFDF305C302FD489AE27BE5BA867F2911AADB46A123D711217532BE34',X'2FF39F83E07E31DE3EF9C086AB05942CCA6C388C5FFC1A6874A950EB205CB15F');
INSERT INTO "events" VALUES(8,1,'2026-01-01T00:00:00.000000000Z',7,'db','step.intended',1,'{"cause":"none","step":"start_container","target":"db-1"}','sdb-1',X'2FF39F83E07E31DE3EF9C086AB05942CCA6C388C5FFC1A6874A950EB205CB15F',X'C577EA8BE65A33182B93A663AE805EA4871A02C96F14938F42FE1841D0B4F217');
INSERT INTO "events" VALUES(9,1,'2026-01-01T00:00:00.000000000Z',8,'db','step.succeeded',1,'{"seconds":1.5,"step":"start_container","target":"db-1"}','sdb-1',X'C577EA8BE65A33182B93A663AE805EA4871A02C96F14938F42FE1841D0B4F217',X'B3FB0F581AFAC8F423B4FC724EC1EFB88BC37988B4AF9F34D3C6E4E638A916E3');
INSERT INTO "events" VALUES(10,1,'2026-01-01T00:00:00.000000000Z',9,'db','service.state_changed',1,'{"cause":"a cause","event":"container_started","from":"starting","to":"pinging"}',NULL,X'B3FB0F581AFAC8F423B4FC724EC1EFB88BC37988B4AF9F34D3C6E4E638A916E3',X'A4C60E89B8434AD0E55C29B21B5197D0E3F9728167C0180C77D72CA0EF4DAE70');
INSERT INTO "events" VALUES(11,1,'2026-01-01T00:00:00.000000000Z',10,'db','service.state_changed',1,'{"cause":"a cause","event":"post_start_began","from":"pinging","to":"priming"}',NULL,X'A4C60E89B8434AD0E55C29B21B5197D0E3F9728167C0180C77D72CA0EF4DAE70',X'007DA750E699CB0B2FBD6E0EF4778FE0B5501742FBBB2913767B7D2DB031D9F0');
INSERT INTO "events" VALUES(12,1,'2026-01-01T00:00:00.000000000Z',11,'db','context.written',1,'{"hook":"post_start","key":"db_id","secret":true,"value":1}',NULL,X'007DA750E699CB0B2FBD6E0EF4778FE0B5501742FBBB2913767B7D2DB031D9F0',X'B5B2586A32DB23694EC3CCEB7268214C7A9DFAC3E3009194ECA29A9EE1801AD2');
INSERT INTO "events" VALUES(13,1,'2026-01-01T00:00:00.000000000Z',12,'db','service.state_changed',1,'{"cause":"a cause","event":"post_start_finished","from":"priming","to":"running"}',NULL,X'B5B2586A32DB23694EC3CCEB7268214C7A9DFAC3E3009194ECA29A9EE1801AD2',X'29852B0AC7E70A9BB81F07048CF2C666C4C86F8666D76D69E400AC1E86CC51D6');
INSERT INTO "events" VALUES(14,1,'2026-01-01T00:00:00.000000000Z',13,'app','service.state_changed',1,'{"cause":"a cause","event":"planned","from":"absent","to":"waiting"}',NULL,X'29852B0AC7E70A9BB81F07048CF2C666C4C86F8666D76D69E400AC1E86CC51D6',X'EB43D7058D03D106C00284CEF2C2E7C66CB3FCDB4E6935D6B33B2032EFA986F9');
INSERT INTO "events" VALUES(15,1,'2026-01-01T00:00:00.000000000Z',14,'app','service.state_changed',1,'{"cause":"a cause","event":"create_began","from":"waiting","to":"creating"}',NULL,X'EB43D7058D03D106C00284CEF2C2E7C66CB3FCDB4E6935D6B33B2032EFA986F9',X'3943371122ABE56A3105CFB3341259797460AC89B0AF3E71B9EA06DEF3DFB29A');
INSERT INTO "events" VALUES(16,1,'2026-01-01T00:00:00.000000000Z',15,'app','step.intended',1,'{"cause":"none","spec":{"env":{"A":"1","P":"******"},"image":"app:1","image_id":"sha256:1","network":"miniboss-demo","ports":[],"secret_keys":["P"],"secret_marks":{"P":"1234abcd"},"stop_signal":"SIGTERM","volumes":[]},"step":"create_container","target":"app"}','capp-1',X'3943371122ABE56A3105CFB3341259797460AC89B0AF3E71B9EA06DEF3DFB29A',X'1D6CD406DE58E1620E5BB19A6C1EA28913E764840BAA619078BAA0061A31DB66');
INSERT INTO "events" VALUES(17,1,'2026-01-01T00:00:00.000000000Z',16,'app','step.succeeded',1,'{"result":"app-1","seconds":0.25,"step":"create_container","target":"app"}','capp-1',X'1D6CD406DE58E1620E5BB19A6C1EA28913E764840BAA619078BAA0061A31DB66',X'C154919B18353CA13AE0C4BD35CE34631F0656651949F2685481DA6445B3A302');
INSERT INTO "events" VALUES(18,1,'2026-01-01T00:00:00.000000000Z',17,'app','service.state_changed',1,'{"cause":"a cause","container_id":"app-1","event":"container_created","from":"creating","to":"created"}',NULL,X'C154919B18353CA13AE0C4BD35CE34631F0656651949F2685481DA6445B3A302',X'61306638458B85D32B571C2102058F7145A0662652F07F83C182780602A9722C');
INSERT INTO "events" VALUES(19,1,'2026-01-01T00:00:00.000000000Z',18,'app','service.state_changed',1,'{"cause":"a cause","event":"start_began","from":"created","to":"starting"}',NULL,X'61306638458B85D32B571C2102058F7145A0662652F07F83C182780602A9722C',X'25D5EFAA6B79736ED7BB3745F138751184BFEE88E8005215559CB6062C00A543');
INSERT INTO "events" VALUES(20,1,'2026-01-01T00:00:00.000000000Z',19,'app','step.intended',1,'{"cause":"none","step":"start_container","target":"app-1"}','sapp-1',X'25D5EFAA6B79736ED7BB3745F138751184BFEE88E8005215559CB6062C00A543',X'9F03EB5EF43D1FEDC59D62BC0E78E7D3F6F0B5247BB62DBD007DA978080C4CDA');
INSERT INTO "events" VALUES(21,1,'2026-01-01T00:00:00.000000000Z',20,'app','step.succeeded',1,'{"seconds":1.5,"step":"start_container","target":"app-1"}','sapp-1',X'9F03EB5EF43D1FEDC59D62BC0E78E7D3F6F0B5247BB62DBD007DA978080C4CDA',X'B325D281D0CAFC257CE60837D5F93B9BB2FC567BB796AC0D213ACB818C862782');
INSERT INTO "events" VALUES(22,1,'2026-01-01T00:00:00.000000000Z',21,'app','service.state_changed',1,'{"cause":"a cause","event":"container_started","from":"starting","to":"pinging"}',NULL,X'B325D281D0CAFC257CE60837D5F93B9BB2FC567BB796AC0D213ACB818C862782',X'BE1D04A575230F9F79928D82A9D1A8C2582F4B8E815AFB18C344C9EE2F9505CB');
INSERT INTO "events" VALUES(23,1,'2026-01-01T00:00:00.000000000Z',22,'app','service.state_changed',1,'{"cause":"a cause","event":"post_start_began","from":"pinging","to":"priming"}',NULL,X'BE1D04A575230F9F79928D82A9D1A8C2582F4B8E815AFB18C344C9EE2F9505CB',X'9710870A0DFC55FFEF0138353A4C962D34601593AF9913C302EB1157323A9D48');
INSERT INTO "events" VALUES(24,1,'2026-01-01T00:00:00.000000000Z',23,'app','context.written',1,'{"hook":"post_start","key":"app_id","secret":true,"value":1}',NULL,X'9710870A0DFC55FFEF0138353A4C962D34601593AF9913C302EB1157323A9D48',X'0597837FB6F217938F201BB110105283A70F95E04A379D076C8BA38B4EFE1FF6');
INSERT INTO "events" VALUES(25,1,'2026-01-01T00:00:00.000000000Z',24,'app','service.state_changed',1,'{"cause":"a cause","event":"post_start_finished","from":"priming","to":"running"}',NULL,X'0597837FB6F217938F201BB110105283A70F95E04A379D076C8BA38B4EFE1FF6',X'90941195B22DEA8D01CAFE002DD214F47AF8C1226239073FB443C2B4CFB71BB7');
INSERT INTO "events" VALUES(26,1,'2026-01-01T00:00:00.000000000Z',25,NULL,'run.finished',1,'{"outcome":"succeeded"}',NULL,X'90941195B22DEA8D01CAFE002DD214F47AF8C1226239073FB443C2B4CFB71BB7',X'FE743812C4000B160003FA52A3188BCEDA0A0290ACA2F1D2DDE366868D1070CE');
INSERT INTO "events" VALUES(27,2,'2026-01-01T00:00:00.000000000Z',26,NULL,'run.started',1,'{"arguments":[],"command":"stop","engine":"20","group":"demo","network":"miniboss-demo","pid":4,"services":[]}',NULL,X'FE743812C4000B160003FA52A3188BCEDA0A0290ACA2F1D2DDE366868D1070CE',X'B3D6D1F3B7567891D281CEC7567588EC75318B135556DF7EE417EF5BD1F7E2D7');
INSERT INTO "events" VALUES(28,2,'2026-01-01T00:00:00.000000000Z',27,'app','step.intended',1,'{"cause":"stop","step":"stop_container","target":"app"}','xapp2',X'B3D6D1F3B7567891D281CEC7567588EC75318B135556DF7EE417EF5BD1F7E2D7',X'866D68DD9307B8463712A605F2BDBFA7061F7A1B8848A529D9B7BC0F07ACDB59');
INSERT INTO "events" VALUES(29,2,'2026-01-01T00:00:00.000000000Z',28,'app','service.state_changed',1,'{"cause":"a cause","event":"stop_began","from":"running","to":"stopping"}',NULL,X'866D68DD9307B8463712A605F2BDBFA7061F7A1B8848A529D9B7BC0F07ACDB59',X'95307C01B5956A03B35E7D1A9FD71A44E5F6ACD91A44FF5231B546FD9016ED87');
INSERT INTO "events" VALUES(30,2,'2026-01-01T00:00:00.000000000Z',29,'app','step.failed',1,'{"error":"no","seconds":0.1,"status":500,"step":"stop_container","target":"app"}','xapp2',X'95307C01B5956A03B35E7D1A9FD71A44E5F6ACD91A44FF5231B546FD9016ED87',X'BF71A3F02F27D639FD9E8F6CBB30E115555259ED85138E8D4028402F68861137');
INSERT INTO "events" VALUES(31,2,'2026-01-01T00:00:00.000000000Z',30,'app','service.state_changed',1,'{"cause":"a cause","event":"container_stopped","from":"stopping","to":"stopped"}',NULL,X'BF71A3F02F27D639FD9E8F6CBB30E115555259ED85138E8D4028402F68861137',X'ABB455327E5871F2CEC24EFA3A850EBC0DCE486B7C00CDD267EDCC27D026BB91');
INSERT INTO "events" VALUES(32,2,'2026-01-01T00:00:00.000000000Z',31,'app','service.state_changed',1,'{"cause":"a cause","event":"remove_began","from":"stopped","to":"removing"}',NULL,X'ABB455327E5871F2CEC24EFA3A850EBC0DCE486B7C00CDD267EDCC27D026BB91',X'9AF2AF78FCC064D8DF0F51020B4AFF1C2256B9A1BC389A1F653FE8F77F8AF9CE');
INSERT INTO "events" VALUES(33,2,'2026-01-01T00:00:00.000000000Z',32,'app','service.state_changed',1,'{"cause":"a cause","event":"container_removed","from":"removing","to":"absent"}',NULL,X'9AF2AF78FCC064D8DF0F51020B4AFF1C2256B9A1BC389A1F653FE8F77F8AF9CE',X'15574FAAA5DA211ED6D6BA469DACEFEA57982956CA0CBEC3E6028568182AA98C');
INSERT INTO "events" VALUES(34,2,'2026-01-01T00:00:00.000000000Z',33,NULL,'run.finished',1,'{"outcome":"succeeded","signal":"SIGINT"}',NULL,X'15574FAAA5DA211ED6D6BA469DACEFEA57982956CA0CBEC3E6028568182AA98C',X'3BD040369E8F3658D1024E7FDF758FBCC044E2EBB772931BD75631C032EE22E4');
INSERT INTO "events" VALUES(35,3,'2026-01-01T00:00:00.000000000Z',34,NULL,'run.started',1,'{"arguments":["--timeout","5"],"command":"start","definition":"9f31c2aabb","definition_path":"/home/x/Miniboss.swift","engine":"20.10.24","engine_id":"E","group":"demo","network":"miniboss-demo","pid":41,"services":[{"dependencies":[],"image":"app:1","name":"app","origin":"Miniboss.swift:24","type_name":"T"}]}',NULL,X'3BD040369E8F3658D1024E7FDF758FBCC044E2EBB772931BD75631C032EE22E4',X'0703A4F96BB53C3F34A3935B1FCDC64F375D6D133AECEC063BBBAEE12EFE8BB7');
INSERT INTO "events" VALUES(36,3,'2026-01-01T00:00:00.000000000Z',35,'app','service.state_changed',1,'{"cause":"a cause","event":"planned","from":"absent","to":"waiting"}',NULL,X'0703A4F96BB53C3F34A3935B1FCDC64F375D6D133AECEC063BBBAEE12EFE8BB7',X'192DF785A7D5C702BF4FC709145396A75248A61B10291B6A3B3E0FDE8B600176');
INSERT INTO "events" VALUES(37,3,'2026-01-01T00:00:00.000000000Z',36,'app','service.state_changed',1,'{"cause":"a cause","event":"create_began","from":"waiting","to":"creating"}',NULL,X'192DF785A7D5C702BF4FC709145396A75248A61B10291B6A3B3E0FDE8B600176',X'414A8240B3DD2D4547091EC839F5D88C4EA6B7F4C19B00CB1D7521178CB94AE3');
INSERT INTO "events" VALUES(38,3,'2026-01-01T00:00:00.000000000Z',37,'app','step.intended',1,'{"cause":"none","spec":{"env":{"A":"3","P":"******"},"image":"app:1","image_id":"sha256:1","network":"miniboss-demo","ports":[],"secret_keys":["P"],"secret_marks":{"P":"1234abcd"},"stop_signal":"SIGTERM","volumes":[]},"step":"create_container","target":"app"}','capp-3',X'414A8240B3DD2D4547091EC839F5D88C4EA6B7F4C19B00CB1D7521178CB94AE3',X'CB762780F262103ABE8BD02F0467226308DAA073E1E90D3E0B637422783A0E15');
INSERT INTO "events" VALUES(39,3,'2026-01-01T00:00:00.000000000Z',38,'app','step.succeeded',1,'{"result":"app-3","seconds":0.25,"step":"create_container","target":"app"}','capp-3',X'CB762780F262103ABE8BD02F0467226308DAA073E1E90D3E0B637422783A0E15',X'7BB4DB009D66BA6B47237F2FFEE558388DA9C3A1DE880C61060B2D518971E455');
INSERT INTO "events" VALUES(40,3,'2026-01-01T00:00:00.000000000Z',39,'app','service.state_changed',1,'{"cause":"a cause","container_id":"app-3","event":"container_created","from":"creating","to":"created"}',NULL,X'7BB4DB009D66BA6B47237F2FFEE558388DA9C3A1DE880C61060B2D518971E455',X'1A058266F7A41E62C66656EF8EC941C40CCAC8560683857D065275A4090EB7A3');
INSERT INTO "events" VALUES(41,3,'2026-01-01T00:00:00.000000000Z',40,'app','service.state_changed',1,'{"cause":"a cause","event":"start_began","from":"created","to":"starting"}',NULL,X'1A058266F7A41E62C66656EF8EC941C40CCAC8560683857D065275A4090EB7A3',X'00BFD51519141F0A02E0C1CCEC40AE379827CF3F18F415A1DC07E7DDFAB43BF4');
INSERT INTO "events" VALUES(42,3,'2026-01-01T00:00:00.000000000Z',41,'app','step.intended',1,'{"cause":"none","step":"start_container","target":"app-3"}','sapp-3',X'00BFD51519141F0A02E0C1CCEC40AE379827CF3F18F415A1DC07E7DDFAB43BF4',X'683F0C82FDB83F05B9D7C1A843636ADA3F383179D8CAE21F2168C0ECD0D2BCDD');
INSERT INTO "events" VALUES(43,3,'2026-01-01T00:00:00.000000000Z',42,'app','step.succeeded',1,'{"seconds":1.5,"step":"start_container","target":"app-3"}','sapp-3',X'683F0C82FDB83F05B9D7C1A843636ADA3F383179D8CAE21F2168C0ECD0D2BCDD',X'3CF576A1C25770C71B12291820BD4EB72B8B9F7067882E3C6515C7E571A4A360');
INSERT INTO "events" VALUES(44,3,'2026-01-01T00:00:00.000000000Z',43,'app','service.state_changed',1,'{"cause":"a cause","event":"container_started","from":"starting","to":"pinging"}',NULL,X'3CF576A1C25770C71B12291820BD4EB72B8B9F7067882E3C6515C7E571A4A360',X'16066499D5B9B7BB7F36E0B3DE82918B34242B196E4ADE9DC27882609A3954E5');
INSERT INTO "events" VALUES(45,3,'2026-01-01T00:00:00.000000000Z',44,'app','service.state_changed',1,'{"cause":"a cause","event":"post_start_began","from":"pinging","to":"priming"}',NULL,X'16066499D5B9B7BB7F36E0B3DE82918B34242B196E4ADE9DC27882609A3954E5',X'7F77094054FC70C02CFA586DBB56562DD29E2E0EEF2214831528F812AC933210');
INSERT INTO "events" VALUES(46,3,'2026-01-01T00:00:00.000000000Z',45,'app','context.written',1,'{"hook":"post_start","key":"app_id","secret":false,"value":3}',NULL,X'7F77094054FC70C02CFA586DBB56562DD29E2E0EEF2214831528F812AC933210',X'0D8C805CBF6B34BEA0F532E50F7B008AB0D000B3D5076FDF9BC266F386DCA660');
INSERT INTO "events" VALUES(47,3,'2026-01-01T00:00:00.000000000Z',46,'app','service.state_changed',1,'{"cause":"a cause","event":"post_start_finished","from":"priming","to":"running"}',NULL,X'0D8C805CBF6B34BEA0F532E50F7B008AB0D000B3D5076FDF9BC266F386DCA660',X'C6C68E1A24604960FA202DC03CA15FDBED344C2F28F60304AC1992C060594483');
INSERT INTO "events" VALUES(48,3,'2026-01-01T00:00:00.000000000Z',47,NULL,'run.finished',1,'{"outcome":"failed"}',NULL,X'C6C68E1A24604960FA202DC03CA15FDBED344C2F28F60304AC1992C060594483',X'FD83CDD2E29261DEEC1FB5ADA040672432B2C4D2BAABD5EACC164F572B65E66C');
INSERT INTO "events" VALUES(49,4,'2026-01-01T00:00:00.000000000Z',48,NULL,'run.started',1,'{"arguments":[],"command":"stop","engine":"20","group":"demo","network":"miniboss-demo","pid":4,"services":[]}',NULL,X'FD83CDD2E29261DEEC1FB5ADA040672432B2C4D2BAABD5EACC164F572B65E66C',X'845803F59236CD7A3FEF73CA338F6D3C8493297E9ACDF4A77E1804269FEC7610');
INSERT INTO "events" VALUES(50,4,'2026-01-01T00:00:00.000000000Z',49,'app','step.intended',1,'{"cause":"stop","step":"stop_container","target":"app"}','xapp4',X'845803F59236CD7A3FEF73CA338F6D3C8493297E9ACDF4A77E1804269FEC7610',X'38B2EEA423553D1CFF9E7577B2FB11144E18CB1E3C3580DC34B54982642B10DC');
INSERT INTO "events" VALUES(51,4,'2026-01-01T00:00:00.000000000Z',50,'app','service.state_changed',1,'{"cause":"a cause","event":"stop_began","from":"running","to":"stopping"}',NULL,X'38B2EEA423553D1CFF9E7577B2FB11144E18CB1E3C3580DC34B54982642B10DC',X'66F1CB37837440AF0B0196B0D47B36E4438D90A8A7D9706C456698F47ACC9406');
INSERT INTO "events" VALUES(52,4,'2026-01-01T00:00:00.000000000Z',51,'app','step.failed',1,'{"error":"no","seconds":0.1,"status":500,"step":"stop_container","target":"app"}','xapp4',X'66F1CB37837440AF0B0196B0D47B36E4438D90A8A7D9706C456698F47ACC9406',X'7CC6E6AF436AEC574DA469429CCC93F95CDFFB59F531F3F6B4BC9FD2C6E6EE69');
INSERT INTO "events" VALUES(53,4,'2026-01-01T00:00:00.000000000Z',52,'app','service.state_changed',1,'{"cause":"a cause","event":"container_stopped","from":"stopping","to":"stopped"}',NULL,X'7CC6E6AF436AEC574DA469429CCC93F95CDFFB59F531F3F6B4BC9FD2C6E6EE69',X'2364012B7EE6C8340F18001BE2D73A13415FFD078A70CBD4D47E631DE2BA60E4');
INSERT INTO "events" VALUES(54,4,'2026-01-01T00:00:00.000000000Z',53,'app','service.state_changed',1,'{"cause":"a cause","event":"remove_began","from":"stopped","to":"removing"}',NULL,X'2364012B7EE6C8340F18001BE2D73A13415FFD078A70CBD4D47E631DE2BA60E4',X'EC7A644653D73E9B7C075D3D08ECE0A859730719DDD33851A27A1CC5D8F53F18');
INSERT INTO "events" VALUES(55,4,'2026-01-01T00:00:00.000000000Z',54,'app','service.state_changed',1,'{"cause":"a cause","event":"container_removed","from":"removing","to":"absent"}',NULL,X'EC7A644653D73E9B7C075D3D08ECE0A859730719DDD33851A27A1CC5D8F53F18',X'06F2668C15717CD30AE7D539B06C683D783F61F62C6E78550EEB15F55714DB85');
INSERT INTO "events" VALUES(56,4,'2026-01-01T00:00:00.000000000Z',55,'db','volumes.kept',1,'{"volumes":{"/data":"v4"}}',NULL,X'06F2668C15717CD30AE7D539B06C683D783F61F62C6E78550EEB15F55714DB85',X'41495C384CFE5C83DFCF9C2686BA91E51DAC34C3C7DE5CACECE59F88FBFFA7B0');
INSERT INTO "events" VALUES(57,4,'2026-01-01T00:00:00.000000000Z',56,NULL,'run.finished',1,'{"outcome":"succeeded","signal":"SIGINT"}',NULL,X'41495C384CFE5C83DFCF9C2686BA91E51DAC34C3C7DE5CACECE59F88FBFFA7B0',X'D1CF389F301EDADF38D01CCFEAC2BAC7B02F9FE5C06E49C87B1A1F1C152435AD');
CREATE TABLE migrations (
    number   INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    checksum TEXT NOT NULL -- SHA-256 of the file, in hexadecimal
) STRICT;
INSERT INTO "migrations" VALUES(1,'0001_events','0ff85759c91824e9ef854b79fe92a725c1a24c20e0667a27cdb29f1dbebe038b');
INSERT INTO "migrations" VALUES(2,'0002_projections','14e414c03da27cc64f0056cefd69216f52ada3f9aa74703c176789d38f70262f');
INSERT INTO "migrations" VALUES(3,'0003_snapshots','b287d9ba8b7c8b0c1de30404de30da7d9cbb5b428b72e165b4b2e4b706b887c4');
CREATE TABLE run_projection (
    run          INTEGER PRIMARY KEY,
    started_seq  INTEGER NOT NULL,
    finished_seq INTEGER,
    command      TEXT,
    arguments    TEXT NOT NULL, -- a JSON array
    started_at   TEXT NOT NULL,
    finished_at  TEXT,
    outcome      TEXT NOT NULL,
    definition   TEXT,
    engine       TEXT
) STRICT;
INSERT INTO "run_projection" VALUES(1,1,26,'start','["--timeout","5"]','2026-01-01T00:00:00.000000000Z','2026-01-01T00:00:00.000000000Z','succeeded','9f31c2aabb','20.10.24');
INSERT INTO "run_projection" VALUES(2,27,34,'stop','[]','2026-01-01T00:00:00.000000000Z','2026-01-01T00:00:00.000000000Z','succeeded',NULL,'20');
INSERT INTO "run_projection" VALUES(3,35,48,'start','["--timeout","5"]','2026-01-01T00:00:00.000000000Z','2026-01-01T00:00:00.000000000Z','failed','9f31c2aabb','20.10.24');
INSERT INTO "run_projection" VALUES(4,49,57,'stop','[]','2026-01-01T00:00:00.000000000Z','2026-01-01T00:00:00.000000000Z','succeeded',NULL,'20');
CREATE TABLE service_projection (
    service      TEXT PRIMARY KEY,
    state        TEXT NOT NULL,
    run          INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    at           TEXT NOT NULL,
    container_id TEXT,
    cause        TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO "service_projection" VALUES('app','absent',4,55,'2026-01-01T00:00:00.000000000Z',NULL,'a cause');
INSERT INTO "service_projection" VALUES('db','running',1,13,'2026-01-01T00:00:00.000000000Z',NULL,'a cause');
CREATE TABLE snapshots (
    seq      INTEGER PRIMARY KEY,
    hash     BLOB    NOT NULL, -- the event's
    version  INTEGER NOT NULL, -- of the fold
    body     TEXT    NOT NULL CHECK (json_valid(body)),
    checksum BLOB    NOT NULL  -- SHA-256 over seq, hash, version and body, laid out as in events.hash
) STRICT;
CREATE INDEX events_by_run ON events (run);
CREATE INDEX events_by_type ON events (type);
CREATE INDEX events_by_service ON events (service) WHERE service IS NOT NULL;
CREATE INDEX events_by_operation ON events (operation) WHERE operation IS NOT NULL;
CREATE TRIGGER events_append_only_insert BEFORE INSERT ON events
BEGIN
    SELECT RAISE(ABORT, 'events is append-only: seq must be given and be the highest seq plus one')
    WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events);
    SELECT RAISE(ABORT, 'events is a chain: previous_hash must be the hash of the event before')
    WHERE NEW.previous_hash IS NOT (SELECT hash FROM events WHERE seq = NEW.seq - 1);
    SELECT RAISE(ABORT, 'events is a chain: hash must be a SHA-256')
    WHERE typeof(NEW.hash) IS NOT 'blob' OR length(NEW.hash) IS NOT 32;
END;
CREATE TRIGGER events_append_only_update BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events is append-only: no UPDATE');
END;
CREATE TRIGGER events_append_only_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events is append-only: no DELETE');
END;
CREATE TRIGGER project_run_started AFTER INSERT ON events WHEN NEW.type = 'run.started'
BEGIN
    INSERT INTO run_projection (run, started_seq, command, arguments, started_at, outcome, definition, engine)
    SELECT NEW.run,
           NEW.seq,
           CAST(json_extract(NEW.body, '$.command') AS TEXT),
           coalesce(CAST(json_extract(NEW.body, '$.arguments') AS TEXT), '[]'),
           NEW.at,
           'running',
           CAST(json_extract(NEW.body, '$.definition') AS TEXT),
           CAST(json_extract(NEW.body, '$.engine') AS TEXT)
    WHERE NOT EXISTS (SELECT 1 FROM run_projection WHERE run = NEW.run);
END;
CREATE TRIGGER project_run_finished AFTER INSERT ON events WHEN NEW.type = 'run.finished'
BEGIN
    UPDATE run_projection
    SET finished_seq = NEW.seq,
        finished_at  = NEW.at,
        outcome      = coalesce(CAST(json_extract(NEW.body, '$.outcome') AS TEXT), 'crashed')
    WHERE run = NEW.run AND finished_seq IS NULL;
END;
CREATE TRIGGER project_service_state AFTER INSERT ON events
WHEN NEW.type = 'service.state_changed' AND NEW.service IS NOT NULL AND json_extract(NEW.body, '$.to') IS NOT NULL
BEGIN
    DELETE FROM service_projection WHERE service = NEW.service;
    INSERT INTO service_projection (service, state, run, seq, at, container_id, cause)
    VALUES (NEW.service,
            CAST(json_extract(NEW.body, '$.to') AS TEXT),
            NEW.run,
            NEW.seq,
            NEW.at,
            CAST(json_extract(NEW.body, '$.container_id') AS TEXT),
            CAST(json_extract(NEW.body, '$.cause') AS TEXT));
END;
CREATE VIEW runs AS
SELECT run, command, arguments, started_at, finished_at, outcome, definition, engine
FROM run_projection;
CREATE VIEW service_states AS
SELECT service, state, run, seq, at, container_id, cause
FROM service_projection;
CREATE VIEW runs_from_events AS
SELECT started.run AS run,
       started.seq AS started_seq,
       finished.seq AS finished_seq,
       CAST(json_extract(started.body, '$.command') AS TEXT) AS command,
       coalesce(CAST(json_extract(started.body, '$.arguments') AS TEXT), '[]') AS arguments,
       started.at AS started_at,
       finished.at AS finished_at,
       CASE WHEN finished.seq IS NULL THEN 'running'
            ELSE coalesce(CAST(json_extract(finished.body, '$.outcome') AS TEXT), 'crashed')
       END AS outcome,
       CAST(json_extract(started.body, '$.definition') AS TEXT) AS definition,
       CAST(json_extract(started.body, '$.engine') AS TEXT) AS engine
FROM events AS started
LEFT JOIN events AS finished ON finished.seq = (
    SELECT min(seq) FROM events WHERE run = started.run AND +type = 'run.finished' AND seq > started.seq)
WHERE started.type = 'run.started'
  AND started.seq = (SELECT min(seq) FROM events WHERE run = started.run AND +type = 'run.started');
CREATE VIEW service_states_from_events AS
SELECT service,
       CAST(json_extract(body, '$.to') AS TEXT) AS state,
       run,
       seq,
       at,
       CAST(json_extract(body, '$.container_id') AS TEXT) AS container_id,
       CAST(json_extract(body, '$.cause') AS TEXT) AS cause
FROM events
WHERE seq IN (
    SELECT max(seq)
    FROM events
    WHERE type = 'service.state_changed' AND service IS NOT NULL AND json_extract(body, '$.to') IS NOT NULL
    GROUP BY service);
COMMIT;
